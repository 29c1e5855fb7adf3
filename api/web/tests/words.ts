// For tests of what is said: both languages, loaded.
import { learn } from "../src/core/i18n.js";

await Promise.all([learn("en"), learn("zh")]);
