// Fails when the types of the service's JSON are not those of the service beside them.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const own = `${root}.venv/bin/python`;
const python = existsSync(own) ? own : "python3";
const { status } = spawnSync(python, [`${root}scripts/api_types.py`, "--check"], { stdio: "inherit" });
process.exit(status ?? 1);
