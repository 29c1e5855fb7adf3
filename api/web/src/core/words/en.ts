// Everything the page says, in English: the pattern for Chinese. A file of its own in the build, loaded by who reads English.

import { en as grids, storedEn } from "./grids.js";
import { en as keys } from "./keys.js";
import { en as mapWords } from "./map.js";
import { en as queue, locationsEn } from "./queue.js";
import { en as session } from "./session.js";
import { en as strokes } from "./strokes.js";
import { en as table } from "./table.js";
import { en as tools } from "./tools.js";
import { en as plan } from "./plan.js";
import { some } from "./plural.js";
import type { Stored } from "../i18n.js";

const range = (min: string, max: string) => (max ? `from ${min} to ${max}` : `of ${min} or more`);

export const words = {
  ...keys,
  ...queue,
  ...session,
  ...table,
  ...mapWords,
  ...strokes,
  ...tools,
  ...plan,

  title: "Grid marketing map",
  switchLanguage: "Language",
  skipToMap: "Skip to the map",
  rooms: "Rooms",
  roomMap: "Map",

  notices: "Notices",
  synthetic: "Synthetic bank: customers, staff and figures are made up.",
  fictional: "Synthetic and fictional: no place, boundary, road, person or figure shown here is real.",
  published: (version: string, at: string) => `Publication ${version} · ${at}`,

  loading: "Loading …",
  loadingMeasure: (measure: string) => `Loading ${measure} …`,
  ready: (cells: string, branches: string) => `Map ready: ${some(cells, "cell")}, ${some(branches, "branch", "branches")}.`,
  signedOutTitle: "Sign in first",
  signedOut: "Open the login link that gridgeo serve printed. Each link works once; start gridgeo serve again for a new one.",
  signIn: "Sign in with your bank account",
  emptyTitle: "Nothing is published yet",
  empty: "Run gridgeo demo, or gridgeo run on your own data, then load this page again.",
  failedTitle: "The map could not be loaded",
  failed: (status: string) => `The service answered with status ${status} and no explanation.`,
  offline: "The service does not answer. Check the connection, then try again.",
  retry: "Try again",
  reload: "Load again",

  controls: "What the map shows",
  view: "View",
  viewScores: "Scores",
  measure: "Measure",
  branch: "Branch",
  allBranches: "All branches",
  layers: "Layers",
  layerBase: "Base map",
  layerBuildings: "Buildings (near)",
  layerStreets: "Streets",
  layerBoundaries: "Boundaries",
  layerCatchments: "Catchments",
  layerBranches: "Branches",

  legend: "Legend",
  legendCells: "cells",
  legendWeak: "of these, weak evidence",
  legendNone: "of these, no evidence",
  legendEmpty: "No value",
  legendTotal: (where: string, cells: string) => `${where}: ${some(cells, "cell")}`,
  legendNote: "Classes are the same for every branch; a value on a limit belongs to the lower class.",
  legendTerritories: "Each territory carries its manager's name; zoom in where names have no room.",
  legendBorder: "Border of a territory",
  legendCatchment: "Border of a catchment",
  legendBoundary: "Administrative boundary",
  legendSyntheticBranch: "Synthetic branch",
  noTerritories: "This publication holds no territories.",

  details: "Cell",
  close: "Close",
  fieldMissing: "Fill in this field.",
  fieldDay: "Enter a date.",
  fieldNumber: (min: string, max: string) => `Enter a number ${range(min, max)}.`,
  fieldWhole: (min: string, max: string) => `Enter a whole number ${range(min, max)}.`,
  /** Between a name and what is said of it. */
  colon: ": ",
  comma: ", ",
  semicolon: "; ",
  detailsHint: "Click a cell, or move with the arrow keys and press Enter.",
  territory: "Territory",
  manager: "Relationship manager",
  area: "Area",
  position: "Centre",
  travel: "Way to the branch",
  figures: "Figures",
  value: "Value",
  band: "90% band",
  evidence: "Evidence",
  evidenceFirm: "firm",
  evidenceWeak: "weak",
  evidenceNone: "none",
  bandRange: (low: string, high: string) => `${low} – ${high}`,
  nothing: "–",
  rawRate: (numerator: string, denominator: string, raw: string) =>
    `Before shrinkage: ${numerator} of ${denominator} (${raw})`,

  territories: "Territories",
  tableCaption: "Territories with loads, targets and distance from the target",
  cells: "Cells",
  load: "Load",
  targetIs: (value: string) => `target ${value}`,
  imbalance: "± target",
  showOnMap: (name: string) => `Show ${name} on the map`,
  outside: (limit: string) => `outside ±${limit}`,
  showTable: "Show the table",
  hideTable: "Hide the table",
  certificates: "Plan certificate by branch",
  feasible: "Within tolerance",
  infeasible: "Not within tolerance",
  gap: "Gap to the best assignment for these centres",
  gapNone: "no gap is stated for a plan out of tolerance",
  price: "Price of balance (extra distance)",
  bridges: "Listed bridges",
  violations: "Not kept",
  violationPieces: (territory: string, pieces: string) => `${territory}: in ${some(pieces, "piece")}`,
  violationMeasure: (territory: string, measure: string, value: string, limit: string) =>
    `${territory}: ${measure} ${value}, allowed ±${limit}`,
  correlation: "Correlation of the measures",
  correlationPair: (a: string, b: string, value: string) => `${a} and ${b}: ${value}`,
  alsoPotential: "Balancing potential as well",
  alsoPossible: (percent: string) => `possible, distance ${percent}`,
  alsoImpossible: "not reached within the tolerance",

  map: "Map of cells",
  mapHelp:
    "Arrow keys move from cell to cell, Enter opens the cell's figures, Escape closes them, plus and minus zoom.",
  zoomIn: "Zoom in",
  zoomOut: "Zoom out",
  zoomAll: "Show everything",
  north: "North is up",
  pointer: (lng: string, lat: string) => `lng ${lng}, lat ${lat}`,
  pointerNone: "lng –, lat –",
  /** What the licence of the map data asks for. */
  openStreetMap: "© OpenStreetMap contributors",
  cellSaid: (cell: string, measure: string, value: string) => `Cell ${cell}: ${measure} ${value}`,
  cellSaidIn: (territory: string) => `territory ${territory}`,
  noNeighbour: "The ground ends here.",

  minutes: (value: string) => `${value} min`,
  squareKm: (value: string) => `${value} km²`,
  ...grids,
};

/** Units of one thing. */
export const oneUnits: Record<string, string> = {
  people: "person",
  households: "household",
  customers: "customer",
  merchants: "merchant",
  products: "product",
  branches: "branch",
  "hours a year": "hour a year",
  days: "day",
};

/** The units of the built-in measures as the service writes them; a user's own unit is shown as it is. */
export const units: Record<string, string> = {
  people: "people",
  households: "households",
  customers: "customers",
  merchants: "merchants",
  products: "products",
  branches: "branches",
  share: "",
  fen: "fen",
  "fen a month": "fen a month",
  "hours a year": "hours a year",
  "a year": "a year",
  days: "days",
  s: "s",
  "managers for 10,000 people": "managers for 10,000 people",
  "1 is average": "(1 is average)",
  "1 hot, -1 cold": "(1 hot, -1 cold)",
};

export const stored: Stored = { ...storedEn, locations: locationsEn };
