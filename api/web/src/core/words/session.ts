// Words of who is signed in, of signing out, and of a session that has ended.

export const en = {
  sessionOut: "Sign out",
  sessionWho: (who: string, role: string) => `${who} · ${role}`,
  sessionEndedTitle: "Your session has ended",
  sessionEnded: "Nothing that you entered is lost: it waits behind this page. Sign in again and go on.",
  sessionEndedLink:
    "Open a new login link in another tab: start gridgeo serve again, it prints one. Then come back to this tab and go on.",
  sessionNewTab: "Sign in (opens a new tab)",
  sessionGoOn: "Go on where I was",
  sessionStillOut: "You are not signed in yet.",
  roleHq: "head office",
  rolePlanner: "planner",
  roleBranchManager: "branch manager",
  roleRm: "relationship manager",
  roleHelper: "helper",
  roleConsumer: "published figures only",
  roleAuditor: "auditor, reads only",
};

export const zh: typeof en = {
  sessionOut: "退出登录",
  sessionWho: (who, role) => `用户 ${who} · ${role}`,
  sessionEndedTitle: "登录已失效",
  sessionEnded: "您输入的内容没有丢失，仍保留在本页之后。重新登录即可继续。",
  sessionEndedLink: "请在另一个标签页打开新的登录链接：重新启动 gridgeo serve 即可得到。然后回到本页继续。",
  sessionNewTab: "登录（在新标签页打开）",
  sessionGoOn: "回到刚才的地方",
  sessionStillOut: "尚未登录。",
  roleHq: "总行",
  rolePlanner: "规划人员",
  roleBranchManager: "网点负责人",
  roleRm: "客户经理",
  roleHelper: "协助人员",
  roleConsumer: "仅看公开数字",
  roleAuditor: "审计（只读）",
};

const ROLES = {
  hq: "roleHq",
  planner: "rolePlanner",
  branch_manager: "roleBranchManager",
  rm: "roleRm",
  helper: "roleHelper",
  consumer: "roleConsumer",
  auditor: "roleAuditor",
} as const;

/** A role in words; one that the page does not know is shown as it is. */
export function roleName(words: Pick<typeof en, (typeof ROLES)[keyof typeof ROLES]>, role: string): string {
  const name = new Map<string, (typeof ROLES)[keyof typeof ROLES]>(Object.entries(ROLES)).get(role);
  return name ? words[name] : role;
}
