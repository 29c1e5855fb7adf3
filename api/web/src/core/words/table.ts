// Words of the table of cells.

import { some } from "./plural.js";

export const en = {
  tableAsTable: "Show as a table",
  tableAsMap: "Show the map",
  tableTitle: "Table of cells",
  tableClass: "Class",
  tableAll: "All",
  tableNoTerritory: "In no territory",
  tableHidden: "not told",
  tableRows: (from: string, to: string, all: string) => `${from} to ${to} of ${some(all, "cell")}`,
  tableNone: "No cell is like that; widen the filters.",
  tablePages: "Pages of the table",
  tableFirst: "First page",
  tableBack: "Page before",
  tableNext: "Next page",
  tableLast: "Last page",
  tableKey: "Show the cells as a table, or the map again",
  tableHelp: "Up and down move from row to row and select the cell; Enter and the other keys do what they do on the map.",
  tableScenario: "In this scenario",
  tableGrid: "Grid",
};

export const zh: typeof en = {
  tableAsTable: "以表格显示",
  tableAsMap: "显示地图",
  tableTitle: "蜂窝格表",
  tableClass: "分级",
  tableAll: "全部",
  tableNoTerritory: "不属于任何责任区",
  tableHidden: "未说明",
  tableRows: (from, to, all) => `第 ${from} 至 ${to} 格，共 ${all} 格`,
  tableNone: "没有符合条件的蜂窝格；请放宽筛选。",
  tablePages: "表格翻页",
  tableFirst: "第一页",
  tableBack: "上一页",
  tableNext: "下一页",
  tableLast: "最后一页",
  tableKey: "以表格显示蜂窝格，或回到地图",
  tableHelp: "上下方向键逐行移动并选中蜂窝格；回车键及其他按键与在地图上相同。",
  tableScenario: "本草案中",
  tableGrid: "网格",
};
