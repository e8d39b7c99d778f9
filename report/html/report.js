"use strict";
(function () {
  var byId = function (id) { return document.getElementById(id); };
  var list = Array.prototype.slice.call(document.querySelectorAll("#findings > .finding"));
  var controls = Array.prototype.slice.call(document.querySelectorAll(".filters [name]"));
  var prefix = "#filter:";

  // The filter lives in the address bar, so that a view can be sent to somebody.
  function read() {
    if (location.hash.indexOf(prefix) !== 0) return null;
    var state = {};
    new URLSearchParams(location.hash.slice(prefix.length)).forEach(function (v, k) { state[k] = v; });
    return state;
  }
  function current() {
    var state = {};
    controls.forEach(function (c) { if (c.value) state[c.name] = c.value; });
    return state;
  }
  function matches(el, state) {
    return Object.keys(state).every(function (k) {
      if (k === "q") {
        var text = el.textContent.toLowerCase();
        return state.q.toLowerCase().split(/\s+/).every(function (w) { return text.indexOf(w) >= 0; });
      }
      if (k === "owner") return (el.getAttribute("data-owner") || "").split(" ").indexOf(state.owner) >= 0;
      return el.getAttribute("data-" + k) === state[k];
    });
  }
  function apply(state) {
    var shown = 0;
    list.forEach(function (el) {
      el.hidden = !matches(el, state);
      if (!el.hidden) shown++;
    });
    var status = byId("shown");
    if (status) status.textContent = shown + " of " + list.length + " findings shown";
  }
  function changed() {
    var state = current();
    var query = new URLSearchParams(state).toString();
    history.replaceState(null, "", query ? prefix + query : "#inventory");
    apply(state);
  }
  function follow() {
    var state = read();
    if (state) {
      controls.forEach(function (c) { c.value = state[c.name] || ""; });
      apply(current());
      byId("inventory").scrollIntoView();
      return;
    }
    var target = location.hash.length > 1 && byId(decodeURIComponent(location.hash.slice(1)));
    if (target && target.classList.contains("finding")) {
      target.hidden = false;
      target.open = true;
      target.scrollIntoView();
    }
  }
  controls.forEach(function (c) { c.addEventListener("input", changed); });
  var clear = byId("clear");
  if (clear) clear.addEventListener("click", function () {
    controls.forEach(function (c) { c.value = ""; });
    changed();
  });
  window.addEventListener("hashchange", follow);
  apply(current());
  follow();

  var closed = [];
  window.addEventListener("beforeprint", function () {
    closed = Array.prototype.filter.call(document.querySelectorAll("details"), function (d) { return !d.open && !d.hidden; });
    closed.forEach(function (d) { d.open = true; });
  });
  window.addEventListener("afterprint", function () { closed.forEach(function (d) { d.open = false; }); });

  // Charts. Each has a table beside it that says the same. Canvas and text tooltips
  // need no inline style, so that the policy of the page can forbid it, and never
  // read a name as markup.
  if (typeof echarts === "undefined" || !byId("data")) return;
  var data = JSON.parse(byId("data").textContent);
  var still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  var charts = [];
  function color(name) { return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim(); }
  function chart(id) {
    var el = byId(id);
    if (!el) return null;
    var c = echarts.init(el, null, { renderer: "canvas" });
    charts.push(c);
    return c;
  }
  // Names stand on lines and bubbles: a rim in the colour of the page sets them off.
  function readable() { return { color: color("fg"), textBorderColor: color("bg"), textBorderWidth: 3 }; }
  function tooltip(text) {
    return { renderMode: "richText", confine: true, backgroundColor: color("panel"), borderColor: color("line"), textStyle: { color: color("fg") }, formatter: text };
  }
  function axis(name, extra) {
    return Object.assign({
      name: name, nameLocation: "middle", nameGap: 28, nameTextStyle: { color: color("fg") },
      axisLabel: { color: color("soft") }, axisLine: { lineStyle: { color: color("line") } }, splitLine: { lineStyle: { color: color("line") } }
    }, extra);
  }
  // A tenth of room on both sides of what there is, within 0 and 1.
  function around(values) {
    return {
      min: Math.max(0, Math.floor(Math.min.apply(null, values) * 10 - 0.5) / 10),
      max: Math.min(1, Math.ceil(Math.max.apply(null, values) * 10 + 0.5) / 10)
    };
  }
  var bubble = chart("bubble"), graph = chart("graph");
  var most = Math.max.apply(null, data.candidates.map(function (c) { return c.coupling; }).concat([1]));
  function drawBubble() {
    if (!bubble) return;
    // On a narrow screen names would cover each other; ranks lead to the table.
    var narrow = bubble.getWidth() < 600;
    bubble.setOption({
      animation: !still, grid: { left: 56, right: 24, top: 24, bottom: 48 },
      tooltip: tooltip(function (p) {
        var c = data.candidates[p.dataIndex];
        return "#" + c.rank + " " + c.name + "\nclarity " + c.clarity.toFixed(2) + ", async " + c.async.toFixed(2) + "\ncoupling " + c.coupling.toFixed(2) + ", score " + c.score.toFixed(3);
      }),
      xAxis: axis("domain clarity", around(data.candidates.map(function (c) { return c.clarity; }))),
      yAxis: axis("asynchronous viability", Object.assign({ nameGap: 38 }, around(data.candidates.map(function (c) { return c.async; })))),
      series: [{
        type: "scatter",
        data: data.candidates.map(function (c) { return { name: c.name, value: [c.clarity, c.async], symbolSize: 12 + (narrow ? 22 : 44) * Math.sqrt(c.coupling / most) }; }),
        itemStyle: { color: color("accent"), opacity: 0.55, borderColor: color("fg"), borderWidth: 1 },
        labelLayout: { hideOverlap: true, moveOverlap: "shiftY" },
        label: Object.assign(readable(), { show: true, position: narrow ? "inside" : "top", opacity: 1, formatter: function (p) { return narrow ? String(data.candidates[p.dataIndex].rank) : p.name; }, width: 120, overflow: "truncate" })
      }]
    }, true);
  }
  // Kinds differ in dash as well as in colour.
  var looks = { call: ["accent", "solid", 0.08], table: ["warning", "dashed", 0.2], holder: ["error", "dotted", 0.3], state: ["soft", [8, 3, 2, 3], 0.4] };
  function kinds() {
    return Array.prototype.filter.call(document.querySelectorAll("#graph-kinds input"), function (i) { return i.checked; }).map(function (i) { return i.value; });
  }
  // One edge for all kinds and both directions between two domains.
  function collapsed(edges) {
    var pairs = {};
    edges.forEach(function (e) {
      var key = JSON.stringify([e.from, e.to].sort());
      var pair = pairs[key] = pairs[key] || { from: e.from, to: e.to, kinds: [], count: 0 };
      pair.count += e.count;
      if (pair.kinds.indexOf(e.kind) < 0) pair.kinds.push(e.kind);
      pair.kind = pair.kinds.join(" and ");
    });
    return Object.keys(pairs).map(function (key) { return pairs[key]; });
  }
  function drawGraph() {
    if (!graph) return;
    var focus = byId("focus").value, on = kinds(), near = {};
    var edges = data.edges.filter(function (e) { return on.indexOf(e.kind) >= 0 && (!focus || e.from === focus || e.to === focus); });
    if (byId("collapse").checked) edges = collapsed(edges);
    edges.forEach(function (e) { near[e.from] = near[e.to] = true; });
    if (focus) near[focus] = true;
    var nodes = data.domains.filter(function (d) { return focus ? near[d.name] : true; });
    var largest = Math.max.apply(null, nodes.map(function (d) { return d.lines; }).concat([1]));
    graph.setOption({
      animation: false,
      tooltip: tooltip(function (p) {
        if (p.dataType === "edge") return p.data.source + (byId("collapse").checked ? " and " : " uses ") + p.data.target + "\n" + p.data.kind + ": " + p.data.count;
        var d = nodes[p.dataIndex];
        return d.name + "\n" + d.lines + " lines, " + d.files + " files, " + d.tables + " tables";
      }),
      series: [{
        type: "graph", layout: "circular", roam: true, circular: { rotateLabel: false },
        left: "18%", right: "18%", top: "12%", bottom: "12%",
        edgeSymbol: ["none", byId("collapse").checked ? "none" : "arrow"], edgeSymbolSize: 8,
        emphasis: { focus: "adjacency" },
        label: Object.assign({ show: true, position: "top", width: 110, overflow: "truncate" }, readable()),
        itemStyle: { color: color("accent"), borderColor: color("bg"), borderWidth: 2 },
        data: nodes.map(function (d) { return { name: d.name, symbolSize: 14 + 30 * Math.sqrt(d.lines / largest), itemStyle: d.name === focus ? { color: color("warning") } : {} }; }),
        links: edges.map(function (e) {
          var look = looks[e.kind] || ["soft", "solid", 0.5];
          return { source: e.from, target: e.to, kind: e.kind, count: e.count, lineStyle: { color: color(look[0]), type: look[1], width: 1 + Math.min(5, Math.log2(e.count + 1)), opacity: 0.7, curveness: look[2] } };
        })
      }]
    }, true);
  }
  function draw() { drawBubble(); drawGraph(); }
  if (graph) {
    byId("focus").addEventListener("change", drawGraph);
    byId("graph-kinds").addEventListener("change", drawGraph);
    byId("collapse").addEventListener("change", drawGraph);
    graph.on("click", function (p) {
      if (p.dataType !== "node") return;
      byId("focus").value = byId("focus").value === p.name ? "" : p.name;
      drawGraph();
    });
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  function resize() { charts.forEach(function (c) { c.resize(); }); drawBubble(); }
  window.addEventListener("resize", resize);
  window.addEventListener("beforeprint", resize);
  draw();
  document.documentElement.setAttribute("data-charts", String(charts.length));
})();
