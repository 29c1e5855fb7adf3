// What the page reads of the service's JSON; the types come from the service's own description.

import type * as Api from "./api-types.js";

export type Evidence = "firm" | "weak" | "none";
export type Kind = Api.MeasureInfo["kind"];

type SessionFields =
  | "actor"
  | "synthetic"
  | "fictional"
  | "ground"
  | "resolution"
  | "versions"
  | "bounds"
  | "published_at"
  | "notice"
  | "attribution"
  | "house_datum"
  | "tile_server";
export type Session = Pick<Api.Session, SessionFields>;
export type Measure = Pick<Api.MeasureInfo, "id" | "name_zh" | "name_en" | "unit" | "kind" | "direction" | "numerator" | "weight">;
export type Branch = Api.Branch;

export interface Catchments {
  type: Api.Catchments["type"];
  features: {
    type: Api.Catchment["type"];
    geometry: { type: Api.Geometry["type"]; coordinates: unknown };
    properties: Api.CatchmentProperties;
  }[];
}

export type MeasureColumn = Pick<Api.MeasureValues, "values" | "low" | "high" | "evidence" | "reasons" | "breaks">;
export type Reason = NonNullable<NonNullable<Api.MeasureValues["reasons"]>[number]>;
/** How the service makes the limits of the classes. */
export type Scheme = "quantile" | "equal" | "natural";
type CellFields = "resolution" | "version" | "cells" | "branch_index" | "branches";
export type CellColumns = Pick<Api.Cells, CellFields> & { measures: Record<string, MeasureColumn> };

type CellMeasureFields = "value" | "low" | "high" | "evidence" | "reason_zh" | "reason_en" | "unit" | "name_zh" | "name_en";
export type CellMeasure = Pick<Api.CellMeasure, CellMeasureFields>;
export type Explanation = Api.Explanation;
type CellDetailFields = "cell" | "branch_id" | "lng" | "lat" | "area_km2" | "territory" | "explain";
export type CellDetail = Pick<Api.CellDetail, CellDetailFields> & { measures: Record<string, CellMeasure> };

type ExplainedFields = "cell" | "measure" | "unit" | "reason_zh" | "reason_en" | "formula" | "parts" | "notes" | "comparable_cells";
export type Explained = Pick<Api.MeasureExplained, ExplainedFields>;

export type NextCell = Api.NextCell;
export type NextList = Api.NextList;
export type WhereNext = Pick<Api.WhereNext, "lists">;
export type Found = Api.Found;
export type PublicationLine = Api.PublicationLine;

export type Territory = Api.Territory;
export type Territories = Api.Territories;
export type TileJson = Pick<Api.TileJson, "tiles" | "minzoom" | "maxzoom">;

/** Why a request failed (RFC 9457); status 0 when no answer came at all. */
type ProblemFields = "status" | "code" | "title" | "detail";
export type Problem = Pick<Api.Problem, ProblemFields> & Partial<Pick<Api.Problem, "login" | "unclear">>;
