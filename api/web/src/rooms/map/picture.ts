// A picture of what is seen: the map's own canvases with title, legend, scale and notices, drawn from what the page shows.

import { catalogue } from "../../core/i18n.js";
import { dateTime, integer } from "../../core/format.js";
import type { State } from "../../core/state.js";

const FONT = 'system-ui, "Segoe UI", "Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif';
const HEAD_PX = 64;
const FOOT_PX = 44;
const EDGE_PX = 14;
/** Pictures of a map say this in China whatever language they are in. */
const INTERNAL_USE = "内部使用 · Internal use";

export interface Shown {
  readonly map: HTMLElement;
  /** Words on the map. */
  readonly names?: readonly HTMLElement[];
  /** What stands right of the map, or else below it. */
  readonly legend?: HTMLElement;
  readonly below?: HTMLElement;
  readonly scale: HTMLElement;
  /** Whether the bank's own map is among the canvases. */
  readonly withBase: boolean;
}

/** `layers` are the canvases of the map, or of all that stand in its place, from the lowest to the highest. */
export function pictureOf(state: State, layers: readonly HTMLCanvasElement[], { map, names = [], legend, below, scale, withBase }: Shown): HTMLCanvasElement {
  const ratio = Math.max(1, window.devicePixelRatio || 1);
  const box = map.getBoundingClientRect();
  const side = legend?.getBoundingClientRect() ?? new DOMRect();
  const under = below?.getBoundingClientRect() ?? new DOMRect();
  const height = Math.max(box.height, side.height) + (below ? under.height + EDGE_PX : 0);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round((Math.max(box.width + side.width + EDGE_PX, below?.scrollWidth ?? 0) + 2 * EDGE_PX) * ratio);
  canvas.height = Math.round((HEAD_PX + height + FOOT_PX) * ratio);
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  context.scale(ratio, ratio);
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  head(context, state);
  drawMap(context, layers, box, EDGE_PX, HEAD_PX);
  for (const name of names) drawText(context, name, EDGE_PX - box.left, HEAD_PX - box.top);
  if (legend) drawText(context, legend, 2 * EDGE_PX + box.width - side.left, HEAD_PX - side.top);
  if (below) drawText(context, below, EDGE_PX - under.left, HEAD_PX + box.height + EDGE_PX - under.top);
  if (withBase) approval(context, state, EDGE_PX + 8, HEAD_PX + box.height - 10);
  foot(context, state, scale, HEAD_PX + height, withBase);
  return canvas;
}

/** Puts a picture on paper, and nothing else of the page. */
export function print(picture: HTMLCanvasElement): void {
  const { classList } = document.body;
  picture.className = "on-paper";
  document.body.append(picture);
  classList.add("printing");
  const done = () => {
    picture.remove();
    classList.remove("printing");
  };
  // Some browsers come back from `print` before the paper is done.
  window.addEventListener("afterprint", done, { once: true });
  window.print();
}

function write(context: CanvasRenderingContext2D, text: string, x: number, y: number, font: string, ink = "#1b2733"): void {
  context.font = `${font} ${FONT}`;
  context.fillStyle = ink;
  context.textBaseline = "alphabetic";
  context.fillText(text, x, y);
}

function head(context: CanvasRenderingContext2D, state: State): void {
  const { session, language } = state;
  if (!session) return;
  const words = catalogue(language);
  const version = words.published(integer(language, session.versions["publication"] ?? 0), dateTime(language, session.published_at));
  write(context, words.title, EDGE_PX, 24, "650 17px");
  write(context, version, EDGE_PX + context.measureText(words.title).width + 16, 24, "13px", "#51606f");
  const said = session.fictional ? words.fictional : session.synthetic ? words.synthetic : "";
  write(context, INTERNAL_USE, EDGE_PX, 48, "650 13px", "#a3122e");
  const next = EDGE_PX + context.measureText(INTERNAL_USE).width + 16;
  write(context, [session.notice[language], said].filter(Boolean).join(" · "), next, 48, "13px");
}

function drawMap(context: CanvasRenderingContext2D, layers: readonly HTMLCanvasElement[], box: DOMRect, x: number, y: number): void {
  context.save();
  context.beginPath();
  context.rect(x, y, box.width, box.height);
  context.clip();
  context.fillStyle = "#fbfcfb";
  context.fillRect(x, y, box.width, box.height);
  for (const layer of layers) {
    if (layer.width === 0 || layer.height === 0) continue;
    const shown = layer.getBoundingClientRect();
    context.globalAlpha = Number(getComputedStyle(layer.parentElement ?? layer).opacity);
    context.drawImage(layer, x + shown.left - box.left, y + shown.top - box.top, shown.width, shown.height);
  }
  context.restore();
  context.strokeStyle = "#d5dbe2";
  context.strokeRect(x, y, box.width, box.height);
}

/** Draws an element's squares of colour and its words where they stand on the screen, moved by (dx, dy). */
function drawText(context: CanvasRenderingContext2D, element: HTMLElement, dx: number, dy: number): void {
  for (const square of element.querySelectorAll("canvas")) {
    const { left, top, width, height } = square.getBoundingClientRect();
    context.drawImage(square, left + dx, top + dy, width, height);
    context.strokeStyle = "#9aa5b1";
    context.strokeRect(left + dx, top + dy, width, height);
  }
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) drawWords(context, node as Text, dx, dy);
}

/** Line by line as the browser broke the text. */
function drawWords(context: CanvasRenderingContext2D, node: Text, dx: number, dy: number): void {
  const style = node.parentElement && getComputedStyle(node.parentElement);
  if (!style || style.visibility === "hidden" || node.parentElement?.closest(".unseen, button:not(.link)")) return;
  const range = document.createRange();
  context.font = `${style.fontWeight} ${style.fontSize} ${FONT}`;
  context.fillStyle = style.color;
  context.textBaseline = "middle";
  let line = { text: "", left: 0, top: -Infinity, middle: 0 };
  const flush = () => context.fillText(line.text, line.left + dx, line.middle + dy);
  for (let at = 0; at < node.length; at++) {
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    const box = range.getBoundingClientRect();
    if (box.width === 0) continue;
    if (box.top > line.top + 2) {
      flush();
      line = { text: "", left: box.left, top: box.top, middle: (box.top + box.bottom) / 2 };
    }
    line.text += node.data[at];
  }
  flush();
}

/** In the same place as on the map itself. */
function approval(context: CanvasRenderingContext2D, { session, language }: State, x: number, y: number): void {
  const number = session?.tile_server?.approval_number;
  if (!number) return;
  const text = catalogue(language).mapApproval(number);
  context.font = `12px ${FONT}`;
  context.fillStyle = "rgba(255, 255, 255, 0.85)";
  context.fillRect(x - 6, y - 14, context.measureText(text).width + 12, 20);
  write(context, text, x, y, "12px");
}

function foot(context: CanvasRenderingContext2D, { session }: State, scale: HTMLElement, y: number, withBase: boolean): void {
  const bar = scale.querySelector(".ol-scale-line-inner");
  const width = bar ? bar.getBoundingClientRect().width : 0;
  write(context, "▲ N", EDGE_PX, y + 24, "650 12px");
  context.strokeStyle = "#1b2733";
  context.beginPath();
  context.moveTo(60, y + 20);
  context.lineTo(60, y + 26);
  context.lineTo(60 + width, y + 26);
  context.lineTo(60 + width, y + 20);
  context.stroke();
  write(context, bar?.textContent ?? "", 60 + width + 8, y + 26, "12px");
  const sources = [withBase ? session?.tile_server?.attribution : null, session?.attribution];
  write(context, sources.filter(Boolean).join(" · "), 60 + width + 90, y + 26, "12px", "#51606f");
}
