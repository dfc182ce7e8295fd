// Which module draws which kind of panel.
import { barchart } from "./barchart.js";
import { bargauge } from "./bargauge.js";
import { heatmap } from "./heatmap.js";
import { stat } from "./stat.js";
import { table } from "./table.js";
import { text } from "./text.js";
import { timeseries } from "./timeseries.js";
import { xychart } from "./xychart.js";

export const KINDS = { barchart, bargauge, gauge: bargauge, heatmap, stat, table, text, timeseries, xychart };
