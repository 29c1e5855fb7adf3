// Words of the map room.

export const en = {
  mapScheme: "Classes",
  mapQuantile: "Quantiles: as many cells in each",
  mapEqual: "Equal intervals",
  mapNatural: "Natural breaks",

  mapNext: "Where next",
  mapNextShow: "Show the list",
  mapNextHide: "Hide the list",
  mapNextFirm: "Firm evidence only",
  mapNextLoading: "Loading the list …",
  mapNextEmpty: "No cell here has a gap that figures support.",
  mapNextEmptyFirm: "No cell here has a gap with firm evidence.",
  mapNextGap: (value: string) => `${value} more customers`,

  mapWhy: (measure: string) => `Why: ${measure}`,
  mapWhyLoading: "Loading the reasons …",
  mapWhyParts: (count: string) => `The ${count} numbers in it`,
  mapWhyComparable: (count: string) => `Compared with ${count} similar cells`,

  mapHiddenSmallCount: "Hidden: small count",
  mapHiddenHiddenCount: "Hidden: rests on a hidden count",
  mapHiddenInternal: "Hidden: kept inside the bank",
  mapHiddenNotPrepared: "Hidden: no public figures prepared",
  mapHiddenMoney: "Hidden: figures of money",
};

export const zh: typeof en = {
  mapScheme: "分级方法",
  mapQuantile: "分位数(各级格数相等)",
  mapEqual: "等距",
  mapNatural: "自然断点",

  mapNext: "下一步去哪里",
  mapNextShow: "显示清单",
  mapNextHide: "隐藏清单",
  mapNextFirm: "仅看依据充分的",
  mapNextLoading: "正在载入清单……",
  mapNextEmpty: "这里没有数据能够支持的提升空间。",
  mapNextEmptyFirm: "这里没有依据充分的提升空间。",
  mapNextGap: (value) => `还可增加 ${value} 户`,

  mapWhy: (measure) => `由来:${measure}`,
  mapWhyLoading: "正在载入由来……",
  mapWhyParts: (count) => `其中的 ${count} 个数字`,
  mapWhyComparable: (count) => `与 ${count} 个相近的蜂窝格比较`,

  mapHiddenSmallCount: "隐藏:数量很小",
  mapHiddenHiddenCount: "隐藏:依据的数量已隐藏",
  mapHiddenInternal: "隐藏:仅供行内使用",
  mapHiddenNotPrepared: "隐藏:未准备对外数字",
  mapHiddenMoney: "隐藏:金额类数字",
};
