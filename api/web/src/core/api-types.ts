// The JSON of the service. Made by scripts/api_types.py out of its OpenAPI description: not to be edited.

/** Customers whose account and area part, one page of them; count: on all pages; customers: looked through. */
export interface AccountList {
  plan: string;
  policy_example: boolean;
  customers: number;
  count: number;
  by_area: Area[];
  items: Record<string, unknown>[];
  next: string | null;
}

/** The policy that counts now; policy: its number, null for the example that nobody decided. */
export interface AccountPolicyTold {
  contact?: ("account_rm" | "area_rm")[];
  paid: PaidShares[];
  account_follows_area?: "never" | "on_consent" | "on_dormancy";
  dormant_months?: number;
  policy: number | null;
  example: boolean;
  note: string | null;
}

/** Who may contact a customer, who is paid, when the account goes to the area's manager. */
export interface AccountPolicyWanted {
  contact?: ("account_rm" | "area_rm")[];
  paid: PaidShares[];
  account_follows_area?: "never" | "on_consent" | "on_dormancy";
  dormant_months?: number;
}

/** Customers of one manager's area. */
export interface Area {
  area_branch: string | null;
  area_rm: string | null;
  customers: number;
  balance_fen: number | null;
}

/** Who, with which role, did or tried what, when, and how it ended; nothing that names a customer. */
export interface AuditLine {
  id: number;
  at: string;
  actor_id: string;
  role: string;
  action: string;
  object: string | null;
  outcome: "done" | "denied" | "refused" | "failed" | "not_found";
  request_id: string | null;
}

/** Lines, newest first; next: what `before` of the next page is, null on the last one. */
export interface AuditLog {
  lines: AuditLine[];
  next: number | null;
}

/** One remark in Chinese and English. */
export interface BothLanguages {
  zh: string;
  en: string;
}

/** Cells that a boundary holds: boundary_index points into boundaries, of several over one another the smallest. */
export interface BoundaryCells {
  version: number;
  boundaries: BoundaryNamed[];
  cells: string[];
  boundary_index: number[];
}

/** A boundary of the ground: a village, community, municipality or what else it was imported as. */
export interface BoundaryNamed {
  id: string;
  name: string;
  kind: string;
}

/** A branch with the sums over its catchment; customers are expected counts. */
export interface Branch {
  id: string;
  name: string;
  kind: string;
  lng: number | null;
  lat: number | null;
  synthetic: boolean;
  cells: number;
  people: number | null;
  customers: number | null;
  merchants: number | null;
  rms: number;
}

/** The branches in the actor's scope; version is the publication. With `fields` an entry has those only. */
export interface Branches {
  version: number;
  branches: Branch[];
  total: number;
  next: string | null;
}

/** How often customers of a tier are contacted by a channel: n times a period, minutes each. */
export interface CadenceLine {
  tier: string;
  channel: string;
  period: string;
  n: number;
  minimum_gap_days?: number;
  minutes: number;
}

/** The cadence table that counts now; policy: its number, null for the example that nobody decided. */
export interface CadenceTable {
  policy: number | null;
  example: boolean;
  note: string | null;
  rows: CadenceLine[];
  visits_a_trip: number;
  between_visits_s: number;
  unknown_travel_s: number;
  weeks_a_year: number;
  contact_share: number;
}

/** A cadence table; what is left out of travel and hours is as usual. */
export interface CadenceWanted {
  rows: CadenceLine[];
  visits_a_trip?: number | null;
  between_visits_s?: number | null;
  unknown_travel_s?: number | null;
  weeks_a_year?: number | null;
  contact_share?: number | null;
}

/** A place that a location may be at; score is the confidence of the answer, null for a point without one. */
export interface Candidate {
  candidate: number;
  lng: number;
  lat: number;
  tier: string;
  accuracy_m: number | null;
  score: number | null;
  matched: string | null;
  source: string;
}

/** One catchment as a GeoJSON feature. */
export interface Catchment {
  type: "Feature";
  id: string;
  geometry: Geometry;
  properties: CatchmentProperties;
}

/** One catchment with its cells and what it shared with others before it was settled. */
export interface CatchmentCard {
  branch_id: string;
  name: string | null;
  method: string;
  label: string;
  cells: number;
  params: Record<string, unknown>;
  version: number;
  resolution: number;
  overlaps: Record<string, unknown>[];
  cell_ids: string[];
}

/** How catchments are to be drawn: the branches (none for all of them), the method, the rules of settling. */
export interface CatchmentDrawing {
  spec: Record<string, unknown>;
  branches?: string[];
  rules?: SettleWanted | null;
  datum?: string | null;
}

/** The newest catchments in scope, one page of them; settle are the rules for overlaps and holes. */
export interface CatchmentList {
  version: number;
  resolution: number;
  settle: Record<string, unknown>;
  catchments: DrawnCatchment[];
  total: number;
  next: string | null;
}

/** What a drawing would give: the catchments, what would have to be settled, and the branches that were named. */
export interface CatchmentPreview {
  resolution: number;
  settle: Record<string, unknown>;
  catchments: DrawnCatchment[];
  rules?: Record<string, unknown>;
  overlaps: Record<string, unknown>[];
  holes: Record<string, unknown>[];
  drawn: ClaimedCatchment[];
}

/** How a catchment was drawn and how many cells it holds. */
export interface CatchmentProperties {
  branch_id: string;
  name: string;
  method: string;
  label: string;
  cells: number;
}

/** The catchments in scope as a GeoJSON FeatureCollection. */
export interface Catchments {
  type: "FeatureCollection";
  features: Catchment[];
}

/** GeoJSON: the cells that change hands, merged by who gives and who gets them. */
export interface CellChanges {
  type: "FeatureCollection";
  features: Record<string, unknown>[];
}

/** A figure held against a number. */
export interface CellCondition {
  measure: string;
  how: "ge" | "le" | "gt" | "lt" | "eq";
  number: number;
}

/** Everything published about one cell. */
export interface CellDetail {
  cell: string;
  branch_id: string;
  lng: number;
  lat: number;
  area_km2: number;
  territory: CellTerritory | null;
  measures: Record<string, CellMeasure>;
  explain: Explain;
  notice: Notice;
}

/** One figure of a cell with its 90 % band and how well it is supported, or the reason why it is hidden. */
export interface CellMeasure {
  value: number | null;
  low: number | null;
  high: number | null;
  evidence: "firm" | "weak" | "none" | null;
  reason: "small_count" | "hidden_count" | "internal" | "not_prepared" | "money" | null;
  reason_zh: string | null;
  reason_en: string | null;
  unit: string;
  name_zh: string;
  name_en: string;
}

/** A cell, and the territory or manager that gets it. */
export interface CellMove {
  cell: string;
  territory: string;
}

/** A question for cells as a body: a polygon and long lists fit in here. */
export interface CellQuestion {
  branch_id?: string | null;
  bbox?: number[] | null;
  polygon?: Record<string, unknown> | null;
  datum?: string | null;
  parent?: string | null;
  cells?: string[] | null;
  where?: CellCondition[];
  measures?: string[] | null;
  fields?: ("values" | "low" | "high" | "evidence" | "reasons" | "breaks")[] | null;
  scheme?: "quantile" | "equal" | "natural" | "tertile";
  publication?: number | null;
  sort?: string;
  limit?: number | null;
  cursor?: string | null;
}

/** The territory a cell belongs to. */
export interface CellTerritory {
  id: string;
  name: string;
  rm_name: string | null;
}

/** Cells as columns: branch_index points into branches. */
export interface Cells {
  resolution: number;
  version: number;
  cells: string[];
  branch_index: number[];
  branches: string[];
  measures: Record<string, MeasureValues>;
  notice: Notice;
  total: number;
  next: string | null;
}

/** Cells that came, went, or went to another branch. */
export interface CellsChanged {
  added: string[];
  removed: string[];
  moved: string[];
}

/** What changed from one publication to the live one, as the caller sees both. */
export interface Changes {
  since: number;
  publication: number;
  published_at: string;
  cells: CellsChanged;
  measures: Record<string, FiguresChanged>;
  territories: TerritoriesChanged;
}

/** One branch of a preview: claimed are the cells of its method, cells those left to it where others claim the same. */
export interface ClaimedCatchment {
  branch_id: string;
  claimed: string[];
  cells: string[];
  counts: Record<string, Summed>;
  geometry: Record<string, unknown>;
  border: Record<string, unknown> | null;
}

/** A remark on a scenario. */
export interface CommentWanted {
  text: string;
}

/** A remark as it stands in the log. */
export interface Commented {
  scenario: string;
  seq: number;
  by: string;
  at: string;
  text: string;
}

/** A cell that a gap is compared with. */
export interface ComparableCell {
  cell: string;
  branch_id: string;
  customers: number;
  people: number;
  penetration: number | null;
}

/** A party at the location, with address and point as they were delivered. */
export interface Concerned {
  party_kind: string;
  party_id: string;
  address: string | null;
  lng: number | null;
  lat: number | null;
}

/** One measure cell by cell; null beside the reason where it is not known. */
export interface Counted {
  values: number[] | null;
  reason: string | null;
}

/** What the cells of the ground nearest to a branch hold, in the order of the cells. */
export interface CountsAround {
  branch_id: string;
  resolution: number;
  cells: string[];
  counts: Record<string, Counted>;
}

/** One customer; balance_fen is null for helpers, personal columns are masked unless they were asked for whole. */
export interface CustomerRow {
  id: string;
  branch_id: string;
  account_rm_id: string | null;
  party: string | null;
  tier: string | null;
  age_band: string | null;
  name: string | null;
  phone: string | null;
  address: string | null;
  products: number | null;
  balance_fen: number | null;
  last_contact_on: string | null;
  contacts_12m: number | null;
  consent: boolean | null;
  do_not_contact: boolean | null;
  synthetic: boolean | null;
}

/** One page of customers. masked: the columns that are not shown whole. */
export interface Customers {
  customers: CustomerRow[];
  masked: string[];
  total: number;
  next: string | null;
}

/** When each version that was published was made, and the newest date of the sources of counts. */
export interface DataDates {
  ground: string;
  bank: string;
  catchment: string;
  location: string;
  score: string;
  plan: string;
  denominators: string | null;
}

/** The reason of a decision, kept in the log. */
export interface DecisionWanted {
  remark?: string;
}

/** One place and two sources of a count; relative: of `total`, null where that is zero. */
export interface DenominatorConflict {
  name: string;
  place: string;
  source: string;
  dated_on: string | null;
  total: number;
  other: string;
  other_dated_on: string | null;
  other_total: number;
  difference: number;
  relative: number | null;
  by: string;
}

/** How many places differ, and the worst of them. */
export interface DenominatorConflicts {
  by: string;
  count: number;
  conflicts: DenominatorConflict[];
}

/** One source; mass: what of each count went in and lies in the ground; null where it came with a ground. */
export interface DenominatorSource {
  key: string;
  version: number;
  form: "zones" | "polygons" | "points" | "cells";
  names: string[];
  source: string | null;
  dated_on: string | null;
  method: string;
  mass: Record<string, Record<string, unknown>> | null;
}

/** The source that scores take one count from; why: chosen, only, or rule. */
export interface DenominatorUsed {
  source: string;
  dated_on: string | null;
  why: "chosen" | "only" | "rule";
  whole_ground: boolean;
  others: string[];
}

/** Sources side by side, and for each count the one in use. */
export interface Denominators {
  ground: number;
  sources: DenominatorSource[];
  used: Record<string, DenominatorUsed>;
}

/** A customer or cell that two claim, and what head office decided. */
export interface Dispute {
  id: number;
  branch_id: string;
  subject_kind: "customer" | "cell";
  subject: string;
  claimed_by: string;
  reason: string;
  raised_by: string;
  raised_at: string;
  awarded_to: string | null;
  decision: string | null;
  decided_by: string | null;
  decided_at: string | null;
  decided_on: string | null;
  scenario: string;
  status: "open" | "decided";
}

/** Who gets it and why; decided_on: today without it. */
export interface DisputeDecision {
  awarded_to: string;
  decision: string;
  decided_on?: string | null;
}

/** A claim of a customer or a cell for a manager. */
export interface DisputeWanted {
  kind: "customer" | "cell";
  subject: string;
  claimed_by: string;
  reason: string;
}

/** The disputes in the actor's scope. */
export interface Disputes {
  disputes: Dispute[];
  total: number;
  next: string | null;
}

/** A fresh plan. k: territories a branch, its managers' number without it. homes: manager or territory -> cell. */
export interface DraftAsked {
  measures?: string[] | null;
  tolerance_percent?: number[] | null;
  growth_percent?: Record<string, unknown>;
  cell_growth_percent?: Record<string, unknown>;
  units?: "cells" | "grids";
  seed?: number;
  starts?: number;
  branches: string[];
  k?: number | null;
  homes?: Record<string, unknown>;
}

/** What cannot work, named before anything is solved; feasible: nothing found, no promise that a plan exists. */
export interface DraftChecked {
  feasible: boolean;
  branches: string[];
  measures: string[];
  tolerance_percent: number[];
  findings: Record<string, unknown>[];
  smallest_tolerance_percent: Record<string, number>;
}

/** One catchment: the method that drew it, in words and as parameters, and how many cells it has. */
export interface DrawnCatchment {
  branch_id: string;
  name: string | null;
  method: string;
  label: string;
  cells: number;
  params: Record<string, unknown>;
}

/** What stands behind a cell's figures; travel_s are seconds to its branch. */
export interface Explain {
  travel_s: number | null;
  versions: Record<string, number>;
  measures: Record<string, Explanation>;
}

/** Where a figure comes from. */
export interface Explanation {
  method: string;
  numerator: number | null;
  denominator: number | null;
  raw: number | null;
}

/** A grid with its rule in words of each language, and the numbers of its snapshots. */
export interface Feature {
  id: string;
  kind: "industry" | "cohort" | "target_group";
  name: string;
  branch_id: string | null;
  owner_id: string | null;
  status: string;
  rule: Record<string, unknown>;
  revision: number;
  created_at: string;
  actor_id: string;
  words: Record<string, string>;
  snapshots: number[];
}

/** Where the members of an industry or cohort grid lie in a branch's catchment. */
export interface FeatureCells {
  feature_id: string;
  kind: "industry" | "cohort";
  name: string;
  words: Record<string, string>;
  branch_id: string;
  cells: string[];
  counts: number[];
  members: number;
  outside: number;
  unplaced: number;
  undecided: number;
  grids: Record<string, number>;
}

/** What is to be another way; what is left out stays as it is. */
export interface FeatureChange {
  name?: string;
  rule?: Record<string, unknown>;
  owner_id?: string | null;
  status?: string;
}

/** A rule to choose: as it is kept, and in words of each language. */
export interface FeatureChoice {
  rule: Record<string, unknown>;
  words: Record<string, string>;
}

/** What industry and cohort grids can be about: sections and divisions of GB/T 4754, usual rules on customers. */
export interface FeatureChoices {
  industry: FeatureChoice[];
  cohort: FeatureChoice[];
}

/** What a grid or a rule holds now; what count says besides the members depends on the kind. */
export interface FeatureCount {
  kind: "industry" | "cohort" | "target_group";
  count: Record<string, unknown>;
}

/** What was taken out. */
export interface FeatureGone {
  id: string;
  snapshots: number;
}

/** A grid that is kept; branch_id null is one for every branch. */
export interface FeatureKept {
  id: string;
  kind: "industry" | "cohort" | "target_group";
  name: string;
  branch_id: string | null;
  owner_id: string | null;
  status: string;
  rule: Record<string, unknown>;
  revision: number;
  created_at: string;
  actor_id: string;
}

/** A grid to keep. */
export interface FeatureWanted {
  kind: "industry" | "cohort" | "target_group";
  name: string;
  rule: Record<string, unknown>;
  branch_id?: string | null;
  owner_id?: string | null;
}

/** Grids that are kept, ordered by id. */
export interface Features {
  features: FeatureKept[];
  total: number;
  next: string | null;
}

/** Figures of a measure that are others now; null where there is none. */
export interface FiguresChanged {
  cells: string[];
  before: (number | null)[];
  after: (number | null)[];
}

/** One thing on the map; cell: the one that holds it, where that is known and in scope. */
export interface Found {
  kind: "cell" | "branch" | "place" | "street" | "customer";
  id: string;
  name: string | null;
  branch_id: string | null;
  lng: number | null;
  lat: number | null;
  cell: string | null;
}

/** What a text may mean, the likeliest first. */
export interface FoundList {
  found: Found[];
}

/** What every manager and branch gains and loses by a scenario, in sums; money in fen. */
export interface Gains {
  scenario: string;
  effective_on: string;
  month: number;
  policy_example: boolean;
  managers: Record<string, number | string>[];
  branches: Record<string, number | string>[];
  customers: number;
}

/** A GeoJSON geometry, WGS 84; streets are lines, together with ground a collection that has geometries. */
export interface Geometry {
  type: "Polygon" | "MultiPolygon" | "LineString" | "MultiLineString" | "GeometryCollection";
  coordinates?: unknown[];
  geometries?: Record<string, unknown>[];
}

/** One grid as an edit would leave it. */
export interface GridAfter {
  id: string;
  name: string;
  cells: string[];
}

/** What is known of an area grid; further members are figures, each null beside its reason where it is not known. */
export interface GridCard {
  branch_id: string;
  grid_id: string;
  name: string;
  kind: string;
  revision: number;
}

/** What lies in each cell of a branch's grids, in the order of their cells, and the branch's staff. */
export interface GridCounts {
  branch_id: string;
  revision: number;
  counts: Record<string, Counted>;
  staff: GridStaff[];
}

/** One grid; geometry is its own boundary as GeoJSON in the store's datum, null where its cells are all there is. */
export interface GridDetail {
  id: string;
  name: string;
  kind: string;
  code: string | null;
  owner_id: string | null;
  status: string;
  stage: string;
  survey_planned_on: string | null;
  survey_done_on: string | null;
  develop_planned_on: string | null;
  develop_done_on: string | null;
  maintain_planned_on: string | null;
  maintain_done_on: string | null;
  note: string | null;
  branch_id: string;
  revision: number;
  cells: string[];
  geometry: Record<string, unknown> | null;
  border: Record<string, unknown> | null;
}

/** What one operation did; made and removed are id -> name, repeated says that the same key had done it before. */
export interface GridEdit {
  branch_id: string;
  revision: number;
  operation: string;
  made: Record<string, string>;
  removed: Record<string, string>;
  changed: string[];
  cells_moved: number;
  undoes: number | null;
  redoes: number | null;
  report: Record<string, unknown>;
  repeated: boolean;
}

/** One grid of a set: whether it has a boundary of its own, whether it is stated by streets, number of its cells. */
export interface GridInSet {
  id: string;
  name: string;
  kind: string;
  code: string | null;
  owner_id: string | null;
  status: string;
  stage: string;
  survey_planned_on: string | null;
  survey_done_on: string | null;
  develop_planned_on: string | null;
  develop_done_on: string | null;
  maintain_planned_on: string | null;
  maintain_done_on: string | null;
  note: string | null;
  has_boundary: boolean;
  has_border: boolean;
  cells: number;
}

/** The log of a branch's grids, newest first. */
export interface GridLog {
  branch_id: string;
  log: LogEntry[];
  next: string | null;
}

/** One party: its grid by the rule that decided, and by each rule that had something to say. */
export interface GridMember {
  party_kind: string;
  party_id: string;
  grid_id: string | null;
  rule: string;
  by_code: string | null;
  by_boundary: string | null;
  by_cell: string | null;
}

/** Parties and their grids; total counts those that the answer leaves out, too. */
export interface GridMembers {
  total: number;
  members: GridMember[];
  next: string | null;
}

/** An area grid by name. */
export interface GridName {
  id: string;
  name: string;
  branch_id: string;
}

/** What an edit would answer; grids: those whose cells or record it changes, as they would be. */
export interface GridPreview {
  branch_id: string;
  revision: number;
  operation: string;
  made: Record<string, string>;
  removed: Record<string, string>;
  changed: string[];
  cells_moved: number;
  undoes: number | null;
  redoes: number | null;
  report: Record<string, unknown>;
  repeated: boolean;
  grids: GridAfter[];
}

/** A branch's area grids as a whole. */
export interface GridSet {
  branch_id: string;
  resolution: number;
  catchment_id: number;
  revision: number;
  created_at: string;
  created_by: string;
}

/** The branches in scope that have area grids; sets: one entry a branch. */
export interface GridSets {
  sets: GridSet[];
  total: number;
  next: string | null;
}

/** Somebody of the branch who may own a grid; post is rm or lead. */
export interface GridStaff {
  id: string;
  name: string;
  post: string;
}

/** All area grids of a branch; grid_index points into grids, cell by cell. */
export interface Grids {
  branch_id: string;
  revision: number;
  resolution: number;
  catchment: number;
  grids: GridInSet[];
  cells: string[];
  grid_index: number[];
}

/** Where a branch's grids begin: catchment version and resolution; the newest and its own when left out. */
export interface GridsWanted {
  catchment?: number | null;
  resolution?: number | null;
}

export interface HTTPValidationError {
  detail?: ValidationError[];
}

/** Customers whose area goes to another manager, one page of them; money in fen. */
export interface Handover {
  scenario: string;
  customers: number;
  balance_fen: number;
  cadence_example: boolean;
  by_pair: Record<string, unknown>[];
  columns: string[];
  rows: Record<string, unknown>[];
  total: number;
  next: string | null;
}

/** The process answers. */
export interface Health {
  status: "ok";
  version: string;
}

/** One publication or roll-back. live: readers see it now; in_force: its date of effect has come. */
export interface HistoryEntry {
  scenario: string;
  what: "published" | "rolled_back";
  branches: string[];
  by: string;
  at: string;
  effective_on: string | null;
  publication: number;
  live: boolean;
  in_force: boolean;
}

/** One imported file: what was declared about it, and the report of its import. */
export interface ImportDetail {
  version: number;
  table_kind: string;
  file_name: string;
  sha256: string;
  size_bytes: number;
  rows_in: number;
  accepted: number;
  rejected: number;
  created_by: string;
  created_at: string;
  options: Record<string, unknown>;
  report: Record<string, unknown> | null;
}

/** What an import would make of a file: how it was read, its account, the first rows taken and refused. */
export interface ImportPreview {
  kind: string;
  file: string;
  notes: Record<string, unknown>;
  account: Record<string, unknown>;
  rows: Record<string, unknown>[];
  rejected: Record<string, unknown>[];
}

/** One imported file with its account: rows_in = accepted + rejected. */
export interface Imported {
  version: number;
  table_kind: string;
  file_name: string;
  sha256: string;
  size_bytes: number;
  rows_in: number;
  accepted: number;
  rejected: number;
  created_by: string;
  created_at: string;
}

/** Imported files, newest first. */
export interface Imports {
  imports: Imported[];
  next: string | null;
}

/** One job: progress is the share done, result what came of it, error why it failed. */
export interface Job {
  id: string;
  kind: string;
  words: string;
  file_name: string | null;
  params: Record<string, unknown>;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  step: string | null;
  progress: number;
  cancel_asked: boolean;
  attempts: number;
  result: Record<string, unknown> | null;
  error: string | null;
  created_by: string;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
}

/** Jobs that the actor may know of, newest first. */
export interface Jobs {
  jobs: Job[];
  next: string | null;
}

/** What a decision did; repeated says that the same key had done it before. */
export interface LocationDecided {
  id: number;
  decision: number;
  kind: string;
  status: string;
  revision: number;
  house: string | null;
  lng: number | null;
  lat: number | null;
  precision_m: number | null;
  undoes: number | null;
  repeated: boolean;
}

/** A decision: accept; choose (candidate); place (lng, lat, and datum where it is not the store's); reject; undo. */
export interface LocationDecision {
  decision: "accept" | "choose" | "place" | "reject" | "undo";
  candidate?: number | null;
  lng?: number | null;
  lat?: number | null;
  datum?: string | null;
}

/** One decision of the log; lng and lat are null where the location was rejected or the decision undone. */
export interface LocationEntry {
  decision: number;
  id: number;
  kind: string;
  house: string | null;
  lng: number | null;
  lat: number | null;
  precision_m: number | null;
  actor: string;
  role: string;
  at: string;
  undoes: number | null;
}

/** One house or point: how it stands in the newest locations, null where it is doubtful no longer. */
export interface LocationFields {
  id: number;
  party_kind: string;
  branch_id: string | null;
  house: string | null;
  status: string;
  revision: number;
  reasons: string[];
  lng: number | null;
  lat: number | null;
  tier: string | null;
  accuracy_m: number | null;
  confidence: number | null;
  matched: string | null;
  outcome: string | null;
  parties: number | null;
  effect: number | null;
}

/** Decisions about locations, newest first; next leads to the page behind. */
export interface LocationHistory {
  decisions: LocationEntry[];
  next: number | null;
}

/** One location with its candidates, the likeliest first, whom it concerns, and its log, newest first. */
export interface LocationItem {
  id: number;
  party_kind: string;
  branch_id: string | null;
  house: string | null;
  status: string;
  revision: number;
  reasons: string[];
  lng: number | null;
  lat: number | null;
  tier: string | null;
  accuracy_m: number | null;
  confidence: number | null;
  matched: string | null;
  outcome: string | null;
  parties: number | null;
  effect: number | null;
  candidates: Candidate[];
  concerns: Concerned[];
  history: LocationEntry[];
}

/** One page of what waits; open counts all of it, next leads to the page behind. */
export interface LocationQueue {
  version: number;
  open: number;
  items: LocationFields[];
  next: string | null;
}

/** One operation of the log; patch holds what it changed, before and after. */
export interface LogEntry {
  seq: number;
  operation: string;
  actor: string;
  role: string;
  at: string;
  undoes: number | null;
  redoes: number | null;
  args: Record<string, unknown>;
  patch: Record<string, unknown>;
}

/** One score of a cell taken apart; recomputed is what the formula gives, worked out from the parts. */
export interface MeasureExplained {
  cell: string;
  branch_id: string;
  measure: string;
  name_zh: string;
  name_en: string;
  unit: string;
  method: string;
  direction: "up" | "down" | "none";
  value: number | null;
  low: number | null;
  high: number | null;
  evidence: "firm" | "weak" | "none" | null;
  reason: "small_count" | "hidden_count" | "internal" | "not_prepared" | "money" | null;
  reason_zh: string | null;
  reason_en: string | null;
  formula: string;
  parts: ScorePart[];
  recomputed: number | null;
  notes: BothLanguages[];
  comparable_cells: ComparableCell[];
  synthetic: boolean;
  versions: Record<string, number>;
  notice: Notice;
}

/** One measure: kind says how cells roll up, direction whether more is better. */
export interface MeasureInfo {
  id: string;
  name_zh: string;
  name_en: string;
  unit: string;
  kind: "count" | "share" | "index";
  direction: "up" | "down" | "none";
  method: string;
  numerator: string | null;
  denominator: string | null;
  weight: string | null;
  origin: "built_in" | "user";
  formula: string | null;
}

/** One measure over the cells of the answer, position by position. */
export interface MeasureValues {
  values: (number | null)[];
  low: (number | null)[] | null;
  high: (number | null)[] | null;
  evidence: ("firm" | "weak" | "none" | null)[] | null;
  reasons: ("small_count" | "hidden_count" | "internal" | "not_prepared" | "money" | null)[] | null;
  breaks: number[];
}

/** Every measure that cells carry. */
export interface Measures {
  measures: MeasureInfo[];
}

/** One merchant. own: it stands in the bank's own list. */
export interface MerchantRow {
  id: string;
  name: string | null;
  industry: string | null;
  cell: string;
  branch_id: string | null;
  own: boolean;
}

/** One page of merchants. With `fields` an entry has those only. */
export interface Merchants {
  merchants: MerchantRow[];
  total: number;
  next: string | null;
}

/** Cells given to other territories by hand, in their order, all or none. */
export interface MovesWanted {
  moves: CellMove[];
}

/** What could be meant by a text that is unclear. text: what to write instead; label: what it is. */
export interface NearText {
  text: string;
  label: string;
}

/** A cell to work next, with what is missing there and why it stands where it does. */
export interface NextCell {
  place: number;
  cell: string;
  gap: number;
  low: number | null;
  high: number | null;
  evidence: "firm" | "weak";
  customers: number | null;
  people: number | null;
  penetration: number | null;
  merchants: number | null;
  typical: number | null;
  target: number | null;
  comparable: number | null;
  travel_s: number | null;
  days_since_contact: number | null;
  reasons: BothLanguages[];
}

/** The cells of one branch or grid. */
export interface NextList {
  branch_id: string;
  grid_id: string | null;
  name: string | null;
  cells: NextCell[];
}

/** What the scores must not be used for, in both languages. */
export interface Notice {
  zh: string;
  en: string;
}

/** One collection, with the publication it shows and how fresh that is. */
export interface OgcCollection {
  id: string;
  title: string;
  description: string;
  links: OgcLink[];
  extent: OgcExtent;
  itemType: "feature";
  crs: string[];
  storageCrs: string;
  publication: number;
  published_at: string;
  data_dates: DataDates;
  datum: string;
  synthetic: boolean;
}

/** Every collection that the actor has. */
export interface OgcCollections {
  links: OgcLink[];
  collections: OgcCollection[];
}

/** The classes of the standards that the service keeps; each is tested. */
export interface OgcConformance {
  conformsTo: string[];
}

/** Where and since when. */
export interface OgcExtent {
  spatial?: OgcSpatial | null;
  temporal: OgcTemporal;
}

/** One feature as GeoJSON; coordinates in the system that Content-Crs names. */
export interface OgcFeature {
  type: "Feature";
  id: string;
  geometry: Record<string, unknown> | null;
  properties: Record<string, unknown>;
  links?: OgcLink[];
}

/** A page of features as GeoJSON. */
export interface OgcFeatures {
  type: "FeatureCollection";
  features: OgcFeature[];
  links: OgcLink[];
  numberMatched: number;
  numberReturned: number;
}

/** Where to go from here. */
export interface OgcLanding {
  title: string;
  description: string;
  links: OgcLink[];
}

/** A link; templated where the address has variables in braces. */
export interface OgcLink {
  href: string;
  rel: string;
  type?: string | null;
  title?: string | null;
  templated?: boolean | null;
}

/** One tile matrix set with its levels. */
export interface OgcMatrixSet {
  id: string;
  uri: string;
  title: string;
  crs: string;
  orderedAxes: string[];
  wellKnownScaleSet: string;
  tileMatrices: Record<string, unknown>[];
}

/** The tile matrix sets that tiles are cut by. */
export interface OgcMatrixSets {
  tileMatrixSets: Record<string, unknown>[];
}

/** The properties by which a collection may be filtered, as JSON Schema. */
export interface OgcQueryables {
  "$schema": string;
  "$id": string;
  type: "object";
  title: string;
  properties: Record<string, Record<string, string>>;
  additionalProperties: boolean;
}

/** Bounds: west, south, east, north. */
export interface OgcSpatial {
  bbox: ([number, number, number, number])[];
  crs: string;
}

/** From when the features hold; the end is open. */
export interface OgcTemporal {
  interval: ([string, string | null])[];
}

/** A tile set: what it holds, in which matrix set, where its tiles are. */
export interface OgcTileset {
  title: string;
  description?: string | null;
  dataType: "vector";
  crs: string;
  tileMatrixSetURI: string;
  links: OgcLink[];
  layers?: Record<string, unknown>[] | null;
  boundingBox?: Record<string, unknown> | null;
}

/** The tile sets of a collection or of the whole. */
export interface OgcTilesets {
  tilesets: OgcTileset[];
  links: OgcLink[];
}

/** One operation on area grids with what it needs, as `gridgeo grid edit` takes it. */
export interface OperationWanted {
  operation: "create_polygon" | "create_cells" | "create_places" | "create_between" | "create_proposal" | "paint" | "split_line" | "split_parts" | "merge" | "rename" | "kind" | "code" | "note" | "owner" | "status" | "stage" | "rebase" | "undo" | "redo";
  args?: Record<string, unknown>;
}

/** What was settled in the newest catchments, one page: pairs of branches that claimed the same cells, and holes. */
export interface Overlaps {
  version: number;
  rules?: Record<string, unknown>;
  overlaps: Record<string, unknown>[];
  holes: Record<string, unknown>[];
  overlaps_total: number;
  holes_total: number;
  next: string | null;
}

/** A specialist of an industry or cohort grid, from a day to a day; branch_id null: for every branch. */
export interface Overlay {
  id: number;
  feature_id: string;
  staff_id: string;
  branch_id: string | null;
  starts_on: string;
  ends_on: string | null;
  actor_id: string;
  at: string;
}

/** The last day of a specialist; today without it. */
export interface OverlayEnd {
  ends_on?: string | null;
}

/** Who is to be the specialist of which grid; starts_on: today without it. */
export interface OverlayWanted {
  feature_id: string;
  staff_id: string;
  branch_id?: string | null;
  starts_on?: string | null;
  ends_on?: string | null;
}

/** Specialists in scope, one page of them. */
export interface Overlays {
  overlays: Overlay[];
  total: number;
  next: string | null;
}

/** Who is paid for a customer from a month after the day of effect on; the shares sum to 100 percent. */
export interface PaidShares {
  from_month: number;
  account_rm_percent: number;
  area_rm_percent: number;
}

/** A page of the feed; total counts what the other pages hold, too. */
export interface PartyFeed {
  parties: PartyPlaced[];
  total: number;
  next: string | null;
}

/** A party with its grid, its branch and its managers; the name is masked. */
export interface PartyPlaced {
  party_kind: "customer" | "merchant" | "household";
  party_id: string;
  name: string | null;
  grid_id: string | null;
  grid_name: string | null;
  branch_id: string | null;
  area_rm_id: string | null;
  account_branch_id: string | null;
  account_rm_id: string | null;
}

/** A territory of a scenario: in how many parts it lies, and the hours that its targets are in proportion to. */
export interface PlannedTerritory {
  id: string;
  name: string;
  branch_id: string;
  rm_id: string | null;
  rm_name: string | null;
  colour: number;
  cells: number;
  loads: Record<string, number | null>;
  targets: Record<string, number>;
  imbalance_percent: Record<string, number>;
  group: number;
  pieces: number;
  hours_per_week: number;
}

/** Two plans side by side. figures: branch -> figure -> one, other, change. */
export interface PlansCompared {
  one: string;
  other: string;
  branches: string[];
  figures: Record<string, Record<string, Record<string, unknown>>>;
  cells: number;
  cells_moved: number;
  customers_moved: number;
  customers_moved_hard: number;
  customers_kept_percent: number;
  moves: Record<string, unknown>[];
  files: Record<string, string>;
}

/** Polygons as GeoJSON; datum names what the coordinates are in. */
export interface Polygons {
  type: "FeatureCollection";
  layer: "grids" | "territories";
  datum: "wgs84" | "gcj02" | "bd09";
  house_datum: string;
  publication: number;
  features: Record<string, unknown>[];
}

/** Why a request failed (RFC 9457). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  instance: string;
  login?: string | null;
  unclear?: UnclearText[] | null;
}

/** One publication: score is the version of its scores; resolution of its cells. */
export interface PublicationLine {
  id: number;
  published_at: string;
  resolution: number;
  score: number;
  live: boolean;
}

/** Every publication that can still be read, newest first. */
export interface Publications {
  publications: PublicationLine[];
}

/** The day from which duties follow the plan. */
export interface PublishWanted {
  effective_on: string;
}

/** The store answers and something is published. */
export interface Ready {
  status: "ready";
  publication: number;
}

/** Territories or managers that keep all of their cells while the solver mends the rest. */
export interface RepairWanted {
  locked?: string[];
}

/** A new scenario from the plan before. */
export interface ReplanWanted {
  measures?: string[] | null;
  tolerance_percent?: number[] | null;
  growth_percent?: Record<string, unknown>;
  cell_growth_percent?: Record<string, unknown>;
  units?: "cells" | "grids";
  seed?: number;
  starts?: number;
  keep_share?: number | null;
  leaves?: string[];
  joins?: Record<string, unknown>;
  part_time?: Record<string, unknown>;
  deputies?: Record<string, unknown>;
  branch_opens?: string[];
  branch_closes?: string[];
  basis?: string;
  as_it_is?: boolean;
  branches?: string[];
  scenario: string;
  notes?: string | null;
}

/** A rule to work out without keeping it. */
export interface RuleTried {
  kind: "industry" | "cohort" | "target_group";
  rule: Record<string, unknown>;
  as_of?: string | null;
}

/** What a planner chooses for a run; what is left out takes its default. */
export interface RunWanted {
  resolution?: number | null;
  method?: string | null;
  tolerance?: number | null;
  seed?: number | null;
  threshold?: number | null;
}

/** A scenario whole. branches: figures and certificate by branch; load: whose work does not fit the hours. */
export interface Scenario {
  scenario: string;
  status: "draft" | "submitted" | "approved" | "rejected" | "published" | "rolled_back";
  version: number;
  revision: number;
  planned: string[];
  k: number;
  measures: string[];
  tolerance_percent: number[];
  feasible: boolean;
  bound_gap_percent: number | null;
  created_by: string | null;
  notes: string | null;
  created_at: string;
  inputs: Record<string, number>;
  units: "cells" | "grids";
  growth: Record<string, number>;
  changes: Record<string, unknown>;
  territories: Seat[];
  branches: Record<string, Record<string, unknown>>;
  load: Record<string, unknown>;
  comments: Record<string, unknown>[];
  log: Record<string, unknown>[];
}

/** A scenario on its cells, in columns: who has each cell, what it weighs, in which area grid it lies. */
export interface ScenarioCells {
  scenario: string;
  revision: number;
  version: number;
  units: "cells" | "grids";
  inputs: Record<string, number>;
  measures: string[];
  tolerance_percent: Record<string, number>;
  cells: string[];
  territory_index: number[];
  group_index: number[];
  weights: Record<string, number[]>;
  grids: GridName[];
  grid_index: number[];
  placed: number[];
  cut: number[][];
  bridges: number[][];
  territories: PlannedTerritory[];
}

/** What is gone: the scenario, and how many entries of its log, disputes and jobs went with it. */
export interface ScenarioDeleted {
  scenario: string;
  planned: string[];
  entries: number;
  disputes: number;
  jobs: number;
}

/** A scenario without its figures; planned: the branches that it plans; k: territories in all. */
export interface ScenarioHead {
  scenario: string;
  status: "draft" | "submitted" | "approved" | "rejected" | "published" | "rolled_back";
  version: number;
  revision: number;
  planned: string[];
  k: number;
  measures: string[];
  tolerance_percent: number[];
  feasible: boolean;
  bound_gap_percent: number | null;
  created_by: string | null;
  notes: string | null;
  created_at: string;
  inputs: Record<string, number>;
}

/** The scenario afterwards, and what each move did to loads, imbalance, pieces and compactness. */
export interface ScenarioMoved {
  scenario: string;
  status: "draft" | "submitted" | "approved" | "rejected" | "published" | "rolled_back";
  version: number;
  revision: number;
  planned: string[];
  k: number;
  measures: string[];
  tolerance_percent: number[];
  feasible: boolean;
  bound_gap_percent: number | null;
  created_by: string | null;
  notes: string | null;
  created_at: string;
  inputs: Record<string, number>;
  units: "cells" | "grids";
  growth: Record<string, number>;
  changes: Record<string, unknown>;
  territories: Seat[];
  branches: Record<string, Record<string, unknown>>;
  load: Record<string, unknown>;
  comments: Record<string, unknown>[];
  log: Record<string, unknown>[];
  moves: Record<string, unknown>[];
}

/** What went live: the plan version, the publication, and the one before, to which it can be taken back. */
export interface ScenarioPublished {
  scenario: string;
  status: "published";
  branches: string[];
  effective_on: string;
  plan: number;
  publication: number;
  publication_before: number;
}

/** Another plan, from the plan before, for a scenario that is open. */
export interface ScenarioReplanned {
  measures?: string[] | null;
  tolerance_percent?: number[] | null;
  growth_percent?: Record<string, unknown>;
  cell_growth_percent?: Record<string, unknown>;
  units?: "cells" | "grids";
  seed?: number;
  starts?: number;
  keep_share?: number | null;
  leaves?: string[];
  joins?: Record<string, unknown>;
  part_time?: Record<string, unknown>;
  deputies?: Record<string, unknown>;
  branch_opens?: string[];
  branch_closes?: string[];
  basis?: string;
  as_it_is?: boolean;
  branches?: string[];
  notes?: string | null;
}

/** Another plan for a scenario that is open. */
export interface ScenarioSolved {
  measures?: string[] | null;
  tolerance_percent?: number[] | null;
  growth_percent?: Record<string, unknown>;
  cell_growth_percent?: Record<string, unknown>;
  units?: "cells" | "grids";
  seed?: number;
  starts?: number;
  branches: string[];
  k?: number | null;
  homes?: Record<string, unknown>;
  notes?: string | null;
}

/** What is live again, and the publication that was taken back. */
export interface ScenarioTakenBack {
  scenario: string;
  status: "rolled_back";
  branches: string[];
  publication: number;
  taken_back: number;
  plan: number;
}

/** A new scenario: its name, and the plan that it holds. */
export interface ScenarioWanted {
  measures?: string[] | null;
  tolerance_percent?: number[] | null;
  growth_percent?: Record<string, unknown>;
  cell_growth_percent?: Record<string, unknown>;
  units?: "cells" | "grids";
  seed?: number;
  starts?: number;
  branches: string[];
  k?: number | null;
  homes?: Record<string, unknown>;
  scenario: string;
  notes?: string | null;
}

/** The scenarios in the actor's scope. */
export interface Scenarios {
  scenarios: ScenarioHead[];
  total: number;
  next: string | null;
}

/** One number of a score; source: the kind of data that it is from; version: of that data, null for rules. */
export interface ScorePart {
  symbol: string;
  value: number | string | null;
  unit: string;
  name_zh: string;
  name_en: string;
  source: string;
  version: number | null;
}

/** One territory of a scenario and who holds it; rm_id is null where nobody does yet. */
export interface Seat {
  id: string;
  rm_id: string | null;
  branch_id: string;
  hours_per_week: number;
}

/** The signed-in actor and the publication that every other answer is read from. */
export interface Session {
  actor: SessionActor;
  synthetic: boolean;
  fictional: boolean;
  ground: string;
  resolution: number;
  versions: Record<string, number>;
  bounds: [number, number, number, number] | null;
  published_at: string;
  data_dates: DataDates;
  notice: Notice;
  attribution: string;
  house_datum: "wgs84" | "cgcs2000" | "gcj02";
  tile_server: TileServer | null;
}

/** Who is signed in; branch_ids null means every branch. */
export interface SessionActor {
  id: string;
  role: string;
  branch_ids: string[] | null;
}

/** Rules of settling; what is left out stays as it is. */
export interface SettleWanted {
  overlaps?: string | null;
  holes?: string | null;
  priority?: string[] | null;
}

/** The browser's session is over. */
export interface SignedOut {
  signed_out: boolean;
  provider: string | null;
}

/** Who a cohort held on a day: when it was taken, from what, and how many they were. */
export interface Snapshot {
  id: number;
  as_of: string;
  taken_at: string;
  size: number;
}

/** The day that counts; today without it. */
export interface SnapshotWanted {
  as_of?: string | null;
}

/** Snapshots of a cohort, newest first. */
export interface Snapshots {
  snapshots: Snapshot[];
  total: number;
  next: string | null;
}

/** The ground version that holds the choice, and every choice that stands in it. */
export interface SourceChosen {
  ground: number;
  name: string;
  source: string | null;
  chosen: Record<string, string>;
}

/** The source that scores take a count from; null: by the rule again. */
export interface SourceWanted {
  source: string | null;
}

/** A sum; null beside the reason where it is not known. */
export interface Summed {
  value: number | null;
  reason: string | null;
}

/** Territories in scope, one page of them; territory_index points into those of the page, cell by cell. */
export interface Territories {
  version: number;
  territories: Territory[];
  cells: string[];
  territory_index: number[];
  certificates: Record<string, Record<string, unknown>>;
  total: number;
  next: string | null;
}

/** Territories that came, went or changed. */
export interface TerritoriesChanged {
  added: TerritoryNamed[];
  removed: TerritoryNamed[];
  changed: TerritoryChanged[];
}

/** One relationship manager's area: loads beside targets, imbalance signed, in percent of the target. */
export interface Territory {
  id: string;
  name: string;
  branch_id: string;
  rm_id: string | null;
  rm_name: string | null;
  colour: number;
  cells: number;
  loads: Record<string, number | null>;
  targets: Record<string, number>;
  imbalance_percent: Record<string, number>;
}

/** A territory with other cells or another manager. */
export interface TerritoryChanged {
  branch_id: string;
  id: string;
  rm_id: string | null;
  rm_id_before: string | null;
  cells_gained: number;
  cells_lost: number;
}

/** Publications and roll-backs of scenarios, newest first. */
export interface TerritoryHistory {
  history: HistoryEntry[];
  total: number;
  next: string | null;
}

/** A territory. */
export interface TerritoryNamed {
  branch_id: string;
  id: string;
}

/** TileJSON 3.0.0 with members of our own: the measure, the class limits of its legend, how fresh the data is. */
export interface TileJson {
  tilejson: "3.0.0";
  name: string;
  description: string;
  version: string;
  scheme: "xyz";
  tiles: string[];
  attribution: string;
  minzoom: number;
  maxzoom: number;
  bounds: [number, number, number, number];
  center: [number, number, number];
  vector_layers: VectorLayer[];
  measure: string | null;
  breaks: number[] | null;
  published_at: string;
  data_dates: DataDates;
}

/** The bank's own tile server under the map, and the grid that its tiles lie in. */
export interface TileServer {
  url: string;
  datum: "wgs84" | "cgcs2000" | "gcj02" | "bd09";
  projection: "mercator" | "degrees" | "baidu";
  origin: [number, number];
  rows: "down" | "up";
  tile_span: number;
  tile_size: number;
  min_zoom: number;
  max_zoom: number;
  approval_number: string | null;
  attribution: string | null;
}

/** A text of a list that stands for nothing that is known, or for several things; near: the likest first. */
export interface UnclearText {
  given: string;
  near: NearText[];
}

export interface ValidationError {
  loc: (string | number)[];
  msg: string;
  type: string;
  input?: unknown;
  ctx?: Record<string, unknown>;
}

/** A layer of the tile set with the properties of its features. */
export interface VectorLayer {
  id: string;
  description: string;
  fields: Record<string, "String" | "Number" | "Boolean">;
  minzoom: number;
  maxzoom: number;
}

/** Where to work next: one list a branch, or that of a grid; firm gaps first, the larger before the smaller. */
export interface WhereNext {
  by: "branch" | "grid";
  lists: NextList[];
  as_of: string;
  synthetic: boolean;
  versions: Record<string, number>;
  notice: Notice;
}

/** What every operation takes and answers; unknown where it is not JSON. */
export interface Routes {
  approve_scenario: { method: "POST"; path: "/api/v1/scenarios/{name}/approve"; body: DecisionWanted; answer: Scenario };
  assign_overlay: { method: "POST"; path: "/api/v1/overlays"; body: OverlayWanted; answer: Overlay };
  begin_grids: { method: "POST"; path: "/api/v1/grids/{branch_id}"; body: GridsWanted; answer: GridEdit };
  cancel_job: { method: "POST"; path: "/api/v1/jobs/{job_id}/cancel"; body: never; answer: Job };
  change_feature: { method: "PATCH"; path: "/api/v1/features/{feature_id}"; body: FeatureChange; answer: Feature };
  check_draft: { method: "POST"; path: "/api/v1/scenarios/check"; body: DraftAsked; answer: DraftChecked };
  check_scenario: { method: "GET"; path: "/api/v1/scenarios/{name}/check"; body: never; answer: DraftChecked };
  choose_denominator: { method: "POST"; path: "/api/v1/denominators/{name}/source"; body: SourceWanted; answer: SourceChosen };
  comment_scenario: { method: "POST"; path: "/api/v1/scenarios/{name}/comments"; body: CommentWanted; answer: Commented };
  compare_scenario: { method: "GET"; path: "/api/v1/scenarios/{name}/compare"; body: never; answer: PlansCompared };
  count_feature: { method: "GET"; path: "/api/v1/features/{feature_id}/count"; body: never; answer: FeatureCount };
  count_rule: { method: "POST"; path: "/api/v1/features/count"; body: RuleTried; answer: FeatureCount };
  create_feature: { method: "POST"; path: "/api/v1/features"; body: FeatureWanted; answer: Feature };
  decide_dispute: { method: "POST"; path: "/api/v1/disputes/{dispute_id}/decision"; body: DisputeDecision; answer: Dispute };
  decide_location: { method: "POST"; path: "/api/v1/locations/review/{item_id}/decisions"; body: LocationDecision; answer: LocationDecided };
  delete_scenario: { method: "DELETE"; path: "/api/v1/scenarios/{name}"; body: never; answer: ScenarioDeleted };
  download_export: { method: "GET"; path: "/api/v1/exports/{kind}"; body: never; answer: unknown };
  download_handover: { method: "GET"; path: "/api/v1/scenarios/{name}/handover.{kind}"; body: never; answer: unknown };
  download_table: { method: "GET"; path: "/api/v1/downloads/{table}.{kind}"; body: never; answer: unknown };
  draw_catchments: { method: "POST"; path: "/api/v1/catchments"; body: CatchmentDrawing; answer: Job };
  edit_grids: { method: "POST"; path: "/api/v1/grids/{branch_id}/operations"; body: OperationWanted; answer: GridEdit };
  end_overlay: { method: "POST"; path: "/api/v1/overlays/{overlay_id}/end"; body: OverlayEnd; answer: Overlay };
  explain_score: { method: "GET"; path: "/api/v1/cells/{cell}/explain"; body: never; answer: MeasureExplained };
  find_on_map: { method: "GET"; path: "/api/v1/search"; body: never; answer: FoundList };
  finish_login: { method: "GET"; path: "/login/callback"; body: never; answer: unknown };
  health: { method: "GET"; path: "/health"; body: never; answer: Health };
  list_audit_log: { method: "GET"; path: "/api/v1/audit-log"; body: never; answer: AuditLog };
  list_boundary_cells: { method: "GET"; path: "/api/v1/boundaries/cells"; body: never; answer: BoundaryCells };
  list_branches: { method: "GET"; path: "/api/v1/branches"; body: never; answer: Branches };
  list_catchments: { method: "GET"; path: "/api/v1/catchments"; body: never; answer: Catchments };
  list_cells: { method: "GET"; path: "/api/v1/cells"; body: never; answer: Cells };
  list_changes: { method: "GET"; path: "/api/v1/changes"; body: never; answer: Changes };
  list_conflicts: { method: "GET"; path: "/api/v1/scenarios/{name}/conflicts"; body: never; answer: AccountList };
  list_customers: { method: "GET"; path: "/api/v1/parties/customers"; body: never; answer: Customers };
  list_denominator_conflicts: { method: "GET"; path: "/api/v1/denominators/conflicts"; body: never; answer: DenominatorConflicts };
  list_denominators: { method: "GET"; path: "/api/v1/denominators"; body: never; answer: Denominators };
  list_disputes: { method: "GET"; path: "/api/v1/disputes"; body: never; answer: Disputes };
  list_doubtful: { method: "GET"; path: "/api/v1/locations/review"; body: never; answer: LocationQueue };
  list_drawn: { method: "GET"; path: "/api/v1/catchments/drawn"; body: never; answer: CatchmentList };
  list_enclaves: { method: "GET"; path: "/api/v1/scenarios/{name}/enclaves"; body: never; answer: AccountList };
  list_feature_choices: { method: "GET"; path: "/api/v1/features/choices"; body: never; answer: FeatureChoices };
  list_feature_members: { method: "GET"; path: "/api/v1/features/{feature_id}/members"; body: never; answer: FeatureCount };
  list_features: { method: "GET"; path: "/api/v1/features"; body: never; answer: Features };
  list_grid_sets: { method: "GET"; path: "/api/v1/grids"; body: never; answer: GridSets };
  list_handover: { method: "GET"; path: "/api/v1/scenarios/{name}/handover"; body: never; answer: Handover };
  list_history: { method: "GET"; path: "/api/v1/territories/history"; body: never; answer: TerritoryHistory };
  list_imports: { method: "GET"; path: "/api/v1/imports"; body: never; answer: Imports };
  list_jobs: { method: "GET"; path: "/api/v1/jobs"; body: never; answer: Jobs };
  list_location_decisions: { method: "GET"; path: "/api/v1/locations/review/history"; body: never; answer: LocationHistory };
  list_measures: { method: "GET"; path: "/api/v1/measures"; body: never; answer: Measures };
  list_members: { method: "GET"; path: "/api/v1/membership"; body: never; answer: GridMembers };
  list_merchants: { method: "GET"; path: "/api/v1/parties/merchants"; body: never; answer: Merchants };
  list_overlaps: { method: "GET"; path: "/api/v1/catchments/overlaps"; body: never; answer: Overlaps };
  list_overlays: { method: "GET"; path: "/api/v1/overlays"; body: never; answer: Overlays };
  list_party_feed: { method: "GET"; path: "/api/v1/feed/parties"; body: never; answer: PartyFeed };
  list_publications: { method: "GET"; path: "/api/v1/publications"; body: never; answer: Publications };
  list_scenarios: { method: "GET"; path: "/api/v1/scenarios"; body: never; answer: Scenarios };
  list_snapshots: { method: "GET"; path: "/api/v1/features/{feature_id}/snapshots"; body: never; answer: Snapshots };
  list_territories: { method: "GET"; path: "/api/v1/territories"; body: never; answer: Territories };
  list_where_next: { method: "GET"; path: "/api/v1/where-next"; body: never; answer: WhereNext };
  login: { method: "GET"; path: "/login"; body: never; answer: unknown };
  logout: { method: "POST"; path: "/logout"; body: never; answer: SignedOut };
  make_replan: { method: "POST"; path: "/api/v1/scenarios/replans"; body: ReplanWanted; answer: Job };
  make_scenario: { method: "POST"; path: "/api/v1/scenarios"; body: ScenarioWanted; answer: Job };
  map_changes: { method: "GET"; path: "/api/v1/scenarios/{name}/changes.geojson"; body: never; answer: CellChanges };
  move_cells: { method: "POST"; path: "/api/v1/scenarios/{name}/moves"; body: MovesWanted; answer: ScenarioMoved };
  ogc_api: { method: "GET"; path: "/ogc/api"; body: never; answer: Record<string, unknown> };
  ogc_collection: { method: "GET"; path: "/ogc/collections/{collection}"; body: never; answer: OgcCollection };
  ogc_collection_tileset: { method: "GET"; path: "/ogc/collections/{collection}/tiles/{matrix_set}"; body: never; answer: OgcTileset };
  ogc_collection_tilesets: { method: "GET"; path: "/ogc/collections/{collection}/tiles"; body: never; answer: OgcTilesets };
  ogc_collections: { method: "GET"; path: "/ogc/collections"; body: never; answer: OgcCollections };
  ogc_conformance: { method: "GET"; path: "/ogc/conformance"; body: never; answer: OgcConformance };
  ogc_item: { method: "GET"; path: "/ogc/collections/{collection}/items/{feature}"; body: never; answer: OgcFeature };
  ogc_items: { method: "GET"; path: "/ogc/collections/{collection}/items"; body: never; answer: OgcFeatures };
  ogc_landing: { method: "GET"; path: "/ogc"; body: never; answer: OgcLanding };
  ogc_matrix_set: { method: "GET"; path: "/ogc/tileMatrixSets/{matrix_set}"; body: never; answer: OgcMatrixSet };
  ogc_matrix_sets: { method: "GET"; path: "/ogc/tileMatrixSets"; body: never; answer: OgcMatrixSets };
  ogc_queryables: { method: "GET"; path: "/ogc/collections/{collection}/queryables"; body: never; answer: OgcQueryables };
  ogc_tileset: { method: "GET"; path: "/ogc/tiles/{matrix_set}"; body: never; answer: OgcTileset };
  ogc_tilesets: { method: "GET"; path: "/ogc/tiles"; body: never; answer: OgcTilesets };
  preview_catchments: { method: "POST"; path: "/api/v1/catchments/preview"; body: CatchmentDrawing; answer: CatchmentPreview };
  preview_edit: { method: "POST"; path: "/api/v1/grids/{branch_id}/operations/preview"; body: OperationWanted; answer: GridPreview };
  publish_scenario: { method: "POST"; path: "/api/v1/scenarios/{name}/publish"; body: PublishWanted; answer: ScenarioPublished };
  query_cells: { method: "POST"; path: "/api/v1/cells/query"; body: CellQuestion; answer: Cells };
  raise_dispute: { method: "POST"; path: "/api/v1/scenarios/{name}/disputes"; body: DisputeWanted; answer: Dispute };
  read_account_policy: { method: "GET"; path: "/api/v1/account-policy"; body: never; answer: AccountPolicyTold };
  read_cadence: { method: "GET"; path: "/api/v1/cadence"; body: never; answer: CadenceTable };
  read_cell: { method: "GET"; path: "/api/v1/cells/{cell}"; body: never; answer: CellDetail };
  read_counts_around: { method: "GET"; path: "/api/v1/catchments/drawn/{branch_id}/counts"; body: never; answer: CountsAround };
  read_doubtful: { method: "GET"; path: "/api/v1/locations/review/{item_id}"; body: never; answer: LocationItem };
  read_draft_tile: { method: "GET"; path: "/tiles/drafts/{scenario}/{layer}/{z}/{x}/{y}.mvt"; body: never; answer: unknown };
  read_draft_tilejson: { method: "GET"; path: "/tiles/drafts/{scenario}/{layer}.json"; body: never; answer: TileJson };
  read_drawn: { method: "GET"; path: "/api/v1/catchments/drawn/{branch_id}"; body: never; answer: CatchmentCard };
  read_feature: { method: "GET"; path: "/api/v1/features/{feature_id}"; body: never; answer: Feature };
  read_feature_cells: { method: "GET"; path: "/api/v1/features/{feature_id}/cells"; body: never; answer: FeatureCells };
  read_gains: { method: "GET"; path: "/api/v1/scenarios/{name}/gains"; body: never; answer: Gains };
  read_grid: { method: "GET"; path: "/api/v1/grids/{branch_id}/{grid_id}"; body: never; answer: GridDetail };
  read_grid_card: { method: "GET"; path: "/api/v1/grids/{branch_id}/{grid_id}/card"; body: never; answer: GridCard };
  read_grid_counts: { method: "GET"; path: "/api/v1/grids/{branch_id}/counts"; body: never; answer: GridCounts };
  read_grid_log: { method: "GET"; path: "/api/v1/grids/{branch_id}/log"; body: never; answer: GridLog };
  read_grids: { method: "GET"; path: "/api/v1/grids/{branch_id}"; body: never; answer: Grids };
  read_import: { method: "GET"; path: "/api/v1/imports/{version}"; body: never; answer: ImportDetail };
  read_job: { method: "GET"; path: "/api/v1/jobs/{job_id}"; body: never; answer: Job };
  read_map_picture: { method: "GET"; path: "/api/v1/map.png"; body: never; answer: unknown };
  read_metrics: { method: "GET"; path: "/metrics"; body: never; answer: unknown };
  read_polygons: { method: "GET"; path: "/api/v1/polygons/{layer}.geojson"; body: never; answer: Polygons };
  read_published_tile: { method: "GET"; path: "/tiles/v/{publication}/{layer}/{z}/{x}/{y}.mvt"; body: never; answer: unknown };
  read_published_tilejson: { method: "GET"; path: "/tiles/v/{publication}/{layer}.json"; body: never; answer: TileJson };
  read_rejected: { method: "GET"; path: "/api/v1/imports/{version}/rejected.csv"; body: never; answer: unknown };
  read_report: { method: "GET"; path: "/api/v1/scenarios/{name}/report.html"; body: never; answer: unknown };
  read_scenario: { method: "GET"; path: "/api/v1/scenarios/{name}"; body: never; answer: Scenario };
  read_scenario_cells: { method: "GET"; path: "/api/v1/scenarios/{name}/cells"; body: never; answer: ScenarioCells };
  read_session: { method: "GET"; path: "/api/v1/session"; body: never; answer: Session };
  read_tile: { method: "GET"; path: "/tiles/{layer}/{z}/{x}/{y}.mvt"; body: never; answer: unknown };
  read_tilejson: { method: "GET"; path: "/tiles/{layer}.json"; body: never; answer: TileJson };
  ready: { method: "GET"; path: "/ready"; body: never; answer: Ready };
  redo_edit: { method: "POST"; path: "/api/v1/grids/{branch_id}/redo"; body: never; answer: GridEdit };
  reject_scenario: { method: "POST"; path: "/api/v1/scenarios/{name}/reject"; body: DecisionWanted; answer: Scenario };
  remove_feature: { method: "DELETE"; path: "/api/v1/features/{feature_id}"; body: never; answer: FeatureGone };
  repair_scenario: { method: "POST"; path: "/api/v1/scenarios/{name}/repair"; body: RepairWanted; answer: Job };
  replan_scenario: { method: "POST"; path: "/api/v1/scenarios/{name}/replan"; body: ScenarioReplanned; answer: Job };
  rollback_scenario: { method: "POST"; path: "/api/v1/scenarios/{name}/rollback"; body: never; answer: ScenarioTakenBack };
  set_account_policy: { method: "POST"; path: "/api/v1/account-policy"; body: AccountPolicyWanted; answer: AccountPolicyTold };
  set_cadence: { method: "POST"; path: "/api/v1/cadence"; body: CadenceWanted; answer: CadenceTable };
  solve_scenario: { method: "POST"; path: "/api/v1/scenarios/{name}/solve"; body: ScenarioSolved; answer: Job };
  start_run: { method: "POST"; path: "/api/v1/runs"; body: RunWanted; answer: Job };
  submit_scenario: { method: "POST"; path: "/api/v1/scenarios/{name}/submit"; body: never; answer: Scenario };
  take_snapshot: { method: "POST"; path: "/api/v1/features/{feature_id}/snapshots"; body: SnapshotWanted; answer: Snapshot };
  undo_edit: { method: "POST"; path: "/api/v1/grids/{branch_id}/undo"; body: never; answer: GridEdit };
  upload_file: { method: "POST"; path: "/api/v1/imports/{kind}"; body: never; answer: ImportPreview | Job };
  watch_job: { method: "GET"; path: "/api/v1/jobs/{job_id}/events"; body: never; answer: unknown };
}
