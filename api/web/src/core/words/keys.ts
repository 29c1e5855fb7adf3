// Words of the sheet of keys.

export const en = {
  keysOpen: "Keys",
  keysTitle: "Keys of this page",
  keysEverywhere: "Everywhere",
  keysOnMap: "On the map",
  keysSpace: "Space",
  keysSheet: "Show this sheet",
  keysBack: "Close or take back what is open: figures, then the selection",
  keysTab: "Go on to the next control; Shift goes back",
  keysMove: "Move from cell to cell",
  keysDetails: "Open the figures of the cell",
};

export const zh: typeof en = {
  keysOpen: "快捷键",
  keysTitle: "本页快捷键",
  keysEverywhere: "通用",
  keysOnMap: "在地图上",
  keysSpace: "空格",
  keysSheet: "显示此表",
  keysBack: "关闭或撤回当前打开的内容：先数值，后选中",
  keysTab: "移到下一个控件；按住 Shift 返回",
  keysMove: "在蜂窝格间移动",
  keysDetails: "打开蜂窝格的数值",
};
