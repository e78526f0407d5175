"use strict";
(() => {
  const root = document.documentElement;
  const language = root.lang || "en";
  const token = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const escaped = (words) => String(words ?? "").replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

  // ---- Numbers by unit, the same way as faces/formats.py --------------------------------
  const plain = (value, digits) =>
    value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const duration = (seconds) => {
    const units = language.startsWith("zh")
      ? [["天", 86400], ["小时", 3600], ["分钟", 60], ["秒", 1]]
      : [["days", 86400], ["h", 3600], ["min", 60], ["s", 1]];
    const [name, size] = units.find(([, s]) => Math.abs(seconds) >= s * (s === 86400 ? 1.5 : 1)) || units.at(-1);
    const amount = seconds / size;
    return `${plain(amount, Math.abs(amount) >= 100 || Number.isInteger(amount) ? 0 : 1)} ${name}`;
  };
  const lengths = { seconds: 1, minutes: 60, hours: 3600, days: 86400 };
  function shown(value, unit, brief) {
    if (value === null || value === undefined || Number.isNaN(Number(value))) return "–";
    const number = Number(value);
    const digits = brief && Number.isInteger(Math.round(number * 1e6) / 1e6) ? 0 : 1;
    if (unit === "share") return `${plain(number * 100, brief && Math.abs((number * 100) % 1) < 1e-6 ? 0 : 1)}%`;
    if (unit === "percent" || unit === "%") return `${plain(number, digits)}%`;
    if (unit === "count" || unit === "people" || unit === "orders") {
      return brief && Math.abs(number) >= 10000
        ? new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 }).format(number)
        : plain(number, 0);
    }
    if (lengths[unit]) return duration(number * lengths[unit]);
    if (/^[A-Z]{3}$/.test(unit || "") && unit !== "NPS") {
      return new Intl.NumberFormat(language, { style: "currency", currency: unit, currencyDisplay: "narrowSymbol", notation: brief ? "compact" : "standard", maximumFractionDigits: brief && Math.abs(number) >= 1e6 ? 1 : Math.abs(number) >= 1000 ? 0 : 2 }).format(number);
    }
    return plain(number, digits);
  }

  // ---- Functions that an option may name: "fn:<name>:<argument>" ------------------------
  function interval(data, unit) {
    if (!data || data.low === undefined || data.low === null) return "";
    return ` <span class="quiet">${escaped(shown(data.low, unit))} – ${escaped(shown(data.high, unit))}</span>`;
  }
  const counted = (data) => (data && data.n !== undefined && data.n !== null ? ` <span class="quiet">n ${escaped(shown(data.n, "count"))}</span>` : "");
  const valueOf = (item) => {
    const raw = item.data && item.data.shown !== undefined ? item.data.shown : item.value;
    return Array.isArray(raw) ? raw.at(-1) : raw;
  };

  const makers = {
    value: (unit) => (value) => shown(value, unit, true),
    label: (unit) => (item) => shown(valueOf(item), unit),
    text: () => (item) => (item.data && item.data.label_text) || item.name,
    tip: (unit) => (given) => {
      const items = (Array.isArray(given) ? given : [given]).filter((item) => item.seriesType !== "custom");
      if (!items.length) return "";
      const head = items[0].axisValueLabel ?? items[0].name;
      const lines = items.map((item) => {
        const data = item.data && typeof item.data === "object" ? item.data : null;
        if (data && data.tip) return data.tip.map(escaped).join("<br>");
        const name = items.length > 1 || item.axisValueLabel !== undefined ? `${item.marker || ""}${escaped(item.seriesName)} ` : "";
        return `${name}<b>${escaped(shown(valueOf(item), unit))}</b>${interval(data, unit)}${counted(data)}`;
      });
      return `<b>${escaped(head)}</b><br>${lines.join("<br>")}`;
    },
    band: (_argument, series) => (params, api) => {
      const runs = [[]];
      for (const [at, low, high] of series.points) {
        if (low === null || high === null) { if (runs.at(-1).length) runs.push([]); continue; }
        runs.at(-1).push([api.coord([at, low]), api.coord([at, high])]);
      }
      const color = resolve("color", series.band_color || "--accent");
      const pieces = runs.filter((run) => run.length > 1).map((run) => ({
        type: "polygon",
        shape: { points: [...run.map((p) => p[1]), ...run.map((p) => p[0]).reverse()] },
        style: { fill: color, opacity: 0.15 },
        silent: true,
      }));
      return { type: "group", children: pieces, silent: true };
    },
    whiskers: (_argument, series) => (params, api) => {
      const color = resolve("color", "--ink");
      const lines = [];
      for (const [at, low, high] of series.points) {
        if (low === null || high === null) continue;
        const a = api.coord(series.lying ? [low, at] : [at, low]);
        const z = api.coord(series.lying ? [high, at] : [at, high]);
        const cap = series.lying ? [0, 4] : [4, 0];
        for (const [from, to] of [[a, z], [[a[0] - cap[0], a[1] - cap[1]], [a[0] + cap[0], a[1] + cap[1]]], [[z[0] - cap[0], z[1] - cap[1]], [z[0] + cap[0], z[1] + cap[1]]]]) {
          lines.push({ type: "line", shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] }, style: { stroke: color, lineWidth: 1.3, opacity: 0.75 }, silent: true });
        }
      }
      return { type: "group", children: lines, silent: true };
    },
  };

  function resolve(key, value, owner) {
    if (typeof value === "string") {
      if (/(color|^fill|^stroke)$/i.test(key) && /^--[a-z0-9-]+$/.test(value)) return token(value) || value;
      if (/^(formatter|valueFormatter|renderItem)$/.test(key) && value.startsWith("fn:")) {
        const [, name, argument] = value.split(":");
        return makers[name] ? makers[name](argument, owner) : undefined;
      }
      return value;
    }
    if (Array.isArray(value)) return value.map((part) => resolve(key, part, owner));
    if (value && typeof value === "object") {
      const made = {};
      for (const [name, part] of Object.entries(value)) made[name] = resolve(name, part, value);
      return made;
    }
    return value;
  }

  // ---- Charts ---------------------------------------------------------------------------
  function theme() {
    const ink = token("--ink"), dim = token("--dim"), line = token("--line"), strong = token("--line-strong");
    const axis = {
      axisLine: { lineStyle: { color: strong } }, axisTick: { show: false },
      axisLabel: { color: dim, fontSize: 11.5 }, nameTextStyle: { color: dim, fontSize: 11.5 },
      splitLine: { lineStyle: { color: line } },
    };
    return {
      color: [1, 2, 3, 4, 5, 6, 7, 8].map((n) => token(`--series-${n}`)),
      textStyle: { color: ink, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 },
      categoryAxis: { ...axis, splitLine: { show: false } }, valueAxis: { ...axis, axisLine: { show: false } },
      timeAxis: axis, logAxis: axis,
      legend: { textStyle: { color: dim, fontSize: 12 }, itemWidth: 14, itemHeight: 8 },
      tooltip: { backgroundColor: token("--card"), borderColor: strong, textStyle: { color: ink, fontSize: 12.5 }, extraCssText: "box-shadow:0 6px 20px rgb(0 0 0 / .15);max-width:340px;white-space:normal" },
      radar: { axisName: { color: dim }, splitLine: { lineStyle: { color: line } }, splitArea: { show: false }, axisLine: { lineStyle: { color: line } } },
      visualMap: { textStyle: { color: dim } },
    };
  }

  let library = null;
  function charts() {
    library ??= window.echarts ? Promise.resolve() : new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = document.querySelector('meta[name="echarts"]').content;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });
    return library;
  }

  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) window.echarts?.getInstanceByDom(target)?.resize();
  });

  function draw(canvas) {
    const source = document.getElementById(canvas.dataset.chart);
    if (!source) return;
    window.echarts.getInstanceByDom(canvas)?.dispose();
    const chart = window.echarts.init(canvas, theme(), { renderer: "svg" });
    const option = resolve("", JSON.parse(source.textContent));
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches || matchMedia("print").matches;
    chart.setOption({ animation: !still, animationDuration: 350, ...option });
    chart.on("click", (event) => {
      const href = event.data && event.data.href;
      if (typeof href === "string" && /^[/?#]/.test(href) && !href.startsWith("//")) location.assign(href);
    });
    sizes.observe(canvas);
  }

  async function drawAll(within, again) {
    const found = [...within.querySelectorAll("[data-chart]")].filter((c) => again || !c.firstChild);
    if (!found.length) return;
    await charts();
    found.forEach(draw);
  }

  // ---- Small comforts; every page works without them --------------------------------------
  document.addEventListener("click", async (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    const copier = event.target.closest("[data-copy]");
    if (copier) {
      await navigator.clipboard.writeText(document.getElementById(copier.dataset.copy).textContent);
      copier.textContent = copier.dataset.done;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });
  document.addEventListener("change", (event) => {
    if (event.target.closest("form[data-auto]") && event.target.matches("select, input[type=checkbox], input[type=date], input[type=month]")) event.target.form.requestSubmit();
  });
  document.addEventListener("input", (event) => {
    if (event.target.type === "range") for (const said of event.target.parentElement.querySelectorAll("output")) said.value = event.target.value;
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
    setTimeout(() => free(form), 8000); // an answer that is a file leaves the page as it is
  });
  const free = (form) => {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  };
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(free));

  // Paper is white: charts are drawn in the light colours while a dark page is printed.
  addEventListener("beforeprint", () => {
    root.dataset.screen = root.dataset.theme;
    root.dataset.theme = "light";
    if (window.echarts) document.querySelectorAll("[data-chart]").forEach(draw);
  });
  addEventListener("afterprint", () => { root.dataset.theme = root.dataset.screen; });

  function prepare(within) {
    for (const button of within.querySelectorAll("[data-copy][hidden]")) button.hidden = !navigator.clipboard;
    drawAll(within, false);
  }
  const ready = () => {
    prepare(document);
    document.addEventListener("htmx:after:swap", () => prepare(document));
    new MutationObserver(() => drawAll(document, true)).observe(root, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawAll(document, true));
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
  else ready();
})();
