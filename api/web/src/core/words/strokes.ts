// Words of saving strokes, of what an earlier visit left, and of conflicts.

import { some, verb } from "./plural.js";

export const en = {
  strokesSaved: "All strokes are saved.",
  strokesSaving: (strokes: string) => `Saving: ${some(strokes, "stroke")} …`,
  strokesWaiting: (strokes: string, seconds: string) =>
    `No connection: ${some(strokes, "stroke is", "strokes are")} kept here and tried again within ${seconds} s. You can go on painting.`,
  strokesConflict: (strokes: string) => `Somebody else was faster: ${some(strokes, "stroke waits", "strokes wait")} for your decision.`,
  strokesRefused: (strokes: string, why: string) => `Not saved: ${some(strokes, "stroke is", "strokes are")} kept here. ${why}`,
  strokesNotKept: "This browser keeps nothing: unsaved strokes would not survive a reload.",
  strokesRetry: "Try now",
  strokesDecide: "Decide",
  strokesLeft: (strokes: string) => `An earlier visit left ${some(strokes, "unsaved stroke")}.`,
  strokesBehind: (strokes: string) => `${some(strokes, "unsaved stroke")} of yours ${verb(strokes, "stays in this browser and is", "stay in this browser and are")} offered when it can be painted again.`,
  strokesTake: "Apply them",
  strokesDiscard: "Discard them",
  conflictTitle: "Changed by somebody else",
  conflictIntro: "These cells changed hands while you painted. Everything else of your strokes is kept.",
  conflictStroke: (stroke: string, cells: string) => `Stroke ${stroke}: ${some(cells, "cell")}`,
  conflictOwners: (mine: string, theirs: string) => `yours: ${mine}; there now: ${theirs}`,
  conflictMine: "Mine",
  conflictTheirs: "Theirs",
  conflictAllMine: "All mine",
  conflictAllTheirs: "All theirs",
  conflictGo: "Go on",
  conflictNobody: "nobody",
};

export const zh: typeof en = {
  strokesSaved: "全部笔画已保存。",
  strokesSaving: (strokes) => `正在保存 ${strokes} 笔……`,
  strokesWaiting: (strokes, seconds) => `无连接：${strokes} 笔保存在本机，${seconds} 秒内重试，可继续涂画。`,
  strokesConflict: (strokes) => `他人已先修改：${strokes} 笔等待您决定。`,
  strokesRefused: (strokes, why) => `未保存：${strokes} 笔保存在本机。${why}`,
  strokesNotKept: "此浏览器不保存数据：刷新页面会丢失未保存的笔画。",
  strokesRetry: "立即重试",
  strokesDecide: "决定",
  strokesLeft: (strokes) => `上次访问留下 ${strokes} 笔未保存。`,
  strokesBehind: (strokes) => `您有 ${strokes} 笔未保存，留在此浏览器中；可再次划分时会提供取回。`,
  strokesTake: "应用",
  strokesDiscard: "丢弃",
  conflictTitle: "他人已修改",
  conflictIntro: "您涂画期间，这些蜂窝格已易主。您的其余笔画全部保留。",
  conflictStroke: (stroke, cells) => `第 ${stroke} 笔：${cells} 格`,
  conflictOwners: (mine, theirs) => `您的：${mine}；现为：${theirs}`,
  conflictMine: "用我的",
  conflictTheirs: "用他人的",
  conflictAllMine: "全部用我的",
  conflictAllTheirs: "全部用他人的",
  conflictGo: "继续",
  conflictNobody: "无",
};
