// The page as it is, with the bench's room in place of the planner's.

import "./room.js";
import "../src/main.js";
