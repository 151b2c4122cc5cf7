// The sliders of the chapters, alive without a kernel: plain JavaScript and SVG, the same formulas as in the notebooks.
(() => {
  const base = new URL('.', document.currentScript.src)
  const svg_ns = 'http://www.w3.org/2000/svg'

  // ---- formulas (the tests compare them with torch's figures)
  const formulas = {
    smooth(eps, n = 10, hot = 3) { return Array.from({length: n}, (_, i) => eps/n + (i === hot ? 1-eps : 0)) },
    loss(eps, margin, n = 10) {
      const log_sum = Math.max(margin, 0) + Math.log(Math.exp(margin-Math.max(margin, 0)) + (n-1)*Math.exp(-Math.max(margin, 0)))
      return log_sum - margin*(1-eps+eps/n)
    },
    best_margin(eps, n = 10) { return eps > 0 ? Math.log((1-eps+eps/n)*n/eps) : Infinity },
    log_gamma(x) {
      const g = [676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7]
      if (x < 0.5) return Math.log(Math.PI/Math.sin(Math.PI*x)) - formulas.log_gamma(1-x)
      x -= 1
      const sum = g.reduce((a, c, i) => a + c/(x+i+1), 0.99999999999980993), t = x+7.5
      return 0.5*Math.log(2*Math.PI) + (x+0.5)*Math.log(t) - t + Math.log(sum)
    },
    beta(alpha, x) { return Math.exp(formulas.log_gamma(2*alpha) - 2*formulas.log_gamma(alpha) + (alpha-1)*(Math.log(x)+Math.log(1-x))) },
    // how often λ lies between 0.1 and 0.9, by the midpoint rule in a variable that tames the ends
    beta_middle(alpha, from = 0.1, to = 0.9, n = 2000) { let sum = 0; for (let i = 0; i < n; i++) sum += formulas.beta(alpha, from+(to-from)*(i+0.5)/n); return sum*(to-from)/n },
    cycle_lengths(n, len, mult) { return Array.from({length: n}, (_, i) => len*mult**i) },
    warm_restarts(lengths, done) {
      const total = lengths.reduce((a, b) => a+b, 0), epoch = done*total
      let i = 0, end = lengths[0]
      while (i < lengths.length-1 && epoch >= end) end += lengths[++i]
      return (1+Math.cos(Math.PI*Math.min(1, (epoch-end+lengths[i])/lengths[i])))/2
    },
    cos_between(a, b, t) { return b + (a-b)*(1+Math.cos(Math.PI*t))/2 },
    combined_cos(pct, start, middle, end, t) { return t < pct ? formulas.cos_between(start, middle, t/pct) : formulas.cos_between(middle, end, (t-pct)/(1-pct)) },
    // singular values after some steps of Newton and Schulz, those of chapter 09
    newton_schulz(values, steps) {
      const norm = Math.hypot(...values)
      let out = values.map(v => v/norm)
      for (let i = 0; i < steps; i++) out = out.map(v => 3.4445*v - 4.775*v**3 + 2.0315*v**5)
      return out
    },
    corners(width, height, share) {
      const side = Math.max(1, Math.round(Math.min(width, height)*share))
      return [[.5, .5], [0, 0], [1, 0], [0, 1], [1, 1]].map(([x, y]) => [Math.round((width-side)*x), Math.round((height-side)*y), side])
    },
    loss_at(points, slope, height) { return points.reduce((a, [x, y]) => a + (slope*x+height-y)**2, 0)/points.length },
    descend(points, bs, lr, epochs, random) {
      let w = [-1, -1.5]
      const places = [w]
      for (let e = 0; e < epochs; e++) {
        const order = points.map((_, i) => i)
        for (let i = order.length-1; i > 0; i--) { const k = Math.floor(random()*(i+1)); [order[i], order[k]] = [order[k], order[i]] }
        for (let i = 0; i < order.length; i += bs) {
          const batch = order.slice(i, i+bs), g = [0, 0]
          for (const k of batch) { const [x, y] = points[k], d = 2*(w[0]*x+w[1]-y)/batch.length; g[0] += d*x; g[1] += d }
          w = [w[0]-lr*g[0], w[1]-lr*g[1]]
          places.push(w)
        }
      }
      return places
    },
    // Student's t for 95 %, by degrees of freedom from 1
    t: [12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423, 2.0395, 2.0369, 2.0345, 2.0322, 2.0301, 2.0281, 2.0262, 2.0244],
    reach_of_pairs(n, correlation) { return formulas.t[n-2]*Math.sqrt(2*(1-correlation)/n) },
    reach_of_unpaired(n) { return formulas.t[2*n-3]*Math.sqrt(2/n) },
    random(seed) { return () => { seed |= 0; seed = seed + 0x6D2B79F5 | 0; let t = Math.imul(seed ^ seed >>> 15, 1 | seed); t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t; return ((t ^ t >>> 14) >>> 0)/4294967296 } },
  }
  // the sixty points of chapter 08: torch.manual_seed(0); x = torch.rand(60)*4-2; y = 1.5*x + 0.5 + torch.randn(60)*0.8
  const points = [[-0.015,0.953],[1.073,3.343],[-1.646,-1.563],[-1.472,-2.181],[-0.770,-1.111],[0.536,2.040],[-0.040,1.329],[1.586,3.911],[-0.177,-0.963],[0.529,1.139],
    [-0.604,-0.050],[-0.393,0.971],[-1.911,-3.670],[-1.325,-1.927],[-0.824,-1.121],[0.074,0.211],[0.791,0.786],[1.200,2.046],[-1.356,-2.408],[-0.871,-0.875],
    [0.726,1.515],[1.661,3.541],[-0.412,-0.788],[1.497,2.746],[-0.322,-0.584],[0.212,0.966],[1.811,3.713],[-1.855,-1.772],[-1.259,-1.585],[-0.506,1.583],
    [-0.780,-2.175],[1.728,3.052],[-1.296,0.109],[-0.921,-0.248],[-1.397,-1.612],[-1.873,-2.659],[-1.167,0.065],[1.719,1.991],[0.892,2.114],[0.969,2.370],
    [0.105,0.365],[-1.025,-2.080],[0.338,1.087],[-1.867,-1.948],[-1.445,-2.229],[-1.031,-0.217],[1.262,1.910],[1.173,1.236],[-0.887,-0.756],[-0.072,-0.141],
    [1.279,2.905],[1.988,2.898],[0.794,2.791],[0.270,1.433],[1.341,2.893],[-1.178,-2.079],[0.373,1.203],[-1.551,-1.739],[-1.386,-2.183],[-1.033,-0.854]]
  window.sota_explorers = {formulas, points}

  // ---- drawing
  const svg = (tag, attributes = {}, ...children) => {
    const e = document.createElementNS(svg_ns, tag)
    for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v)
    e.append(...children)
    return e
  }
  const make = (tag, attributes = {}, ...children) => {
    const e = document.createElement(tag)
    for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v)
    e.append(...children)
    return e
  }
  const image = name => new URL(name, base).href
  const two = x => x.toFixed(2)
  const percent = x => `${(x*100).toFixed(x < 0.0995 ? 1 : 0)} %`

  // A plot with axes; `x` and `y` map numbers to places.
  function plot({width = 420, height = 230, xs, ys, xlabel, ylabel, label, ticks = 5, x_ticks}) {
    const left = 46, right = 12, top = 10, bottom = 40
    const x = v => left + (v-xs[0])/(xs[1]-xs[0])*(width-left-right), y = v => height-bottom - (v-ys[0])/(ys[1]-ys[0])*(height-top-bottom)
    const root = svg('svg', {viewBox: `0 0 ${width} ${height}`, class: 'plot-live', role: 'img', 'aria-label': label})
    const at = (from, to, n) => Array.from({length: n}, (_, i) => from+(to-from)*i/(n-1))
    const round = v => String(+v.toFixed(2))
    for (const v of at(...ys, ticks)) root.append(svg('line', {class: 'grid', x1: left, x2: width-right, y1: y(v), y2: y(v)}), svg('text', {class: 'tick', x: left-6, y: y(v)+4, 'text-anchor': 'end'}, round(v)))
    for (const v of x_ticks || at(...xs, ticks)) root.append(svg('text', {class: 'tick', x: x(v), y: height-bottom+16, 'text-anchor': 'middle'}, round(v)))
    root.append(svg('line', {class: 'axis', x1: left, x2: width-right, y1: y(ys[0]), y2: y(ys[0])}),
      svg('text', {class: 'label', x: (left+width-right)/2, y: height-5, 'text-anchor': 'middle'}, xlabel),
      svg('text', {class: 'label', x: 12, y: (top+height-bottom)/2, 'text-anchor': 'middle', transform: `rotate(-90 12 ${(top+height-bottom)/2})`}, ylabel))
    const clip = `clip-${Math.random().toString(36).slice(2)}`
    root.append(svg('clipPath', {id: clip}, svg('rect', {x: left, y: top-4, width: width-left-right, height: height-top-bottom+4})))
    const inside = svg('g', {'clip-path': `url(#${clip})`})
    root.append(inside)
    return {root, x, y, inside, at}
  }
  const whole_ticks = n => { const step = [1, 2, 5, 10, 20, 50, 100].find(o => n/o <= 8) || 200; return Array.from({length: Math.floor(n/step)+1}, (_, i) => i*step) }
  const line = (p, f, [from, to], n = 240, kind = 'curve') => svg('path', {class: kind, d: Array.from({length: n+1}, (_, i) => from+(to-from)*i/n).map((v, i) => `${i ? 'L' : 'M'}${p.x(v).toFixed(2)} ${p.y(f(v)).toFixed(2)}`).join('')})

  // ---- the explorers: controls, and a function from their values to pictures and one sentence
  const range = (name, label, min, max, step, value, show = String) => ({name, label, min, max, step, value, show})
  const kinds = {
    mixup: {title: 'Mix two photographs', controls: [range('lam', 'λ', 0, 1, 0.05, 0.6, two)], draw({lam}, place) {
      if (!place.firstChild) {
        place.append(make('div', {class: 'mix'}, make('img', {src: image('temple.jpg'), alt: '', width: 240, height: 240}), make('img', {src: image('flower.jpg'), alt: '', width: 240, height: 240, class: 'over'})),
          make('div', {class: 'bars'}))
        place.firstChild.setAttribute('role', 'img')
      }
      place.querySelector('.over').style.opacity = lam
      place.firstChild.setAttribute('aria-label', `A flower of ${percent(lam)} laid over a temple of ${percent(1-lam)}`)
      place.lastChild.replaceChildren(...[['flower', lam], ['temple', 1-lam]].map(([name, v]) => { const bar = make('span', {class: 'meter'}); bar.style.setProperty('--done', `${v*100}%`); return make('div', {}, make('span', {}, `${name} ${two(v)}`), bar) }))
      return `The image is ${two(lam)} of the flower and ${two(1-lam)} of the temple, and so is its label.`
    }},
    beta: {title: 'Which λ does Beta(α, α) draw?', controls: [range('alpha', 'α', 0.1, 4, 0.1, 0.4, v => v.toFixed(1))], draw({alpha}, place) {
      const p = plot({xs: [0, 1], ys: [0, 6], xlabel: 'λ', ylabel: 'density', label: `Density of Beta(${alpha}, ${alpha}) between 0 and 1`, ticks: 4})
      p.inside.append(line(p, x => Math.min(7, formulas.beta(alpha, x)), [0.002, 0.998]))
      place.replaceChildren(p.root)
      return `${percent(1-formulas.beta_middle(alpha))} of the draws are below 0.1 or above 0.9: hardly mixed.`
    }},
    smoothing: {title: 'Smoothed targets, and the loss', controls: [range('eps', 'ε', 0, 0.9, 0.05, 0.1, two)], draw({eps}, place) {
      const bars = plot({width: 300, xs: [-0.6, 9.6], ys: [0, 1], xlabel: 'class', ylabel: 'target', label: `Targets: ${two(formulas.smooth(eps)[3])} for class 3, ${(eps/10).toFixed(3)} for each other`, x_ticks: [0, 3, 6, 9]})
      formulas.smooth(eps).forEach((v, i) => bars.inside.append(svg('rect', {class: i === 3 ? 'bar hot' : 'bar', x: bars.x(i-0.4), width: bars.x(0.8)-bars.x(0), y: bars.y(v), height: bars.y(0)-bars.y(v)})))
      const p = plot({width: 340, xs: [-2, 12], ys: [0, 4], xlabel: 'margin of the true score', ylabel: 'loss', label: `Loss by the margin of the true score, for ε ${two(eps)}`})
      p.inside.append(line(p, m => formulas.loss(eps, m), [-2, 12]))
      const best = formulas.best_margin(eps)
      if (best < 12 && best > -2) p.inside.append(svg('circle', {class: 'dot', cx: p.x(best), cy: p.y(formulas.loss(eps, best)), r: 5}))
      place.replaceChildren(make('div', {class: 'pair'}, bars.root, p.root))
      return eps === 0 ? 'With hard targets the loss falls forever: a larger margin is always better.' : `The loss is lowest at a margin of ${best.toFixed(1)}; to be surer than that costs.`
    }},
    schedules: {title: 'Learning rates over training', choice: {name: 'kind', label: 'schedule', options: {restarts: 'warm restarts', cosine: 'cosine', one: 'one-cycle', flat: 'flat, then cosine'}},
      controls: [range('n_cycles', 'n_cycles', 1, 5, 1, 3), range('cycle_len', 'cycle_len', 1, 5, 1, 1), range('cycle_mult', 'cycle_mult', 1, 3, 1, 2)],
      enabled: (name, {kind}) => kind === 'restarts', draw({kind, n_cycles, cycle_len, cycle_mult}, place) {
        const lengths = kind === 'restarts' ? formulas.cycle_lengths(n_cycles, cycle_len, cycle_mult) : [7], total = lengths.reduce((a, b) => a+b, 0)
        const rate = {restarts: t => formulas.warm_restarts(lengths, t), cosine: t => formulas.warm_restarts([1], t), one: t => formulas.combined_cos(0.25, 1/25, 1, 1e-5, t), flat: t => formulas.combined_cos(0.75, 1, 1, 1e-5, t)}[kind]
        const p = plot({width: 520, xs: [0, total], ys: [0, 1], xlabel: 'epoch', ylabel: 'fraction of highest', x_ticks: whole_ticks(total), label: `Learning rate over ${total} epochs`})
        p.inside.append(line(p, e => rate(Math.min(1, e/total)), [0, total], 600))
        place.replaceChildren(p.root)
        return kind === 'restarts' ? `Cycles of ${lengths.join(', ')} epochs, ${total} in all.` : {cosine: 'Half a cosine wave, from the highest rate to nothing.', one: 'It rises for a quarter of training, and falls for the rest.', flat: 'It stays high for three quarters, then falls.'}[kind]
      }},
    crops: {title: 'Centre and corners', controls: [range('share', 'side of the squares', 0.2, 1, 0.1, 0.5, v => `${Math.round(v*100)} %`)], draw({share}, place) {
      const [w, h] = [480, 320], boxes = formulas.corners(w, h, share), photo = () => svg('image', {href: image('temple_wide.jpg'), width: w, height: h})
      const whole = svg('svg', {viewBox: `0 0 ${w} ${h}`, class: 'photo', role: 'img', 'aria-label': `A photograph of a temple with five squares of ${Math.round(share*100)} % of its shorter side`}, photo(),
        ...boxes.map(([x, y, side], i) => svg('rect', {class: `frame f${i}`, x: x+1.5, y: y+1.5, width: side-3, height: side-3})))
      const views = boxes.map(([x, y, side], i) => svg('svg', {viewBox: `${x} ${y} ${side} ${side}`, class: `view f${i}`, role: 'img', 'aria-label': ['centre', 'top left', 'top right', 'bottom left', 'bottom right'][i]}, photo()))
      place.replaceChildren(whole, make('div', {class: 'views'}, ...views))
      return `Each square shows ${percent(share*share*h/w)} of the photograph.`
    }},
    size: {title: 'What a network sees', controls: [range('size', 'size (px)', 4, 128, 4, 32)], draw({size}, place) {
      if (!place.firstChild) place.append(make('canvas', {width: 256, height: 256, class: 'photo', role: 'img'}))
      const canvas = place.firstChild, photo = new Image()
      canvas.setAttribute('aria-label', `A photograph of a flower at ${size} by ${size} pixels`)
      photo.onload = () => {
        // halve until near, then once more: the mean of the pixels, as good resizing takes it
        let now = photo, side = photo.naturalWidth
        const shrink = to => { const c = make('canvas', {width: to, height: to}), k = c.getContext('2d'); k.imageSmoothingQuality = 'high'; k.drawImage(now, 0, 0, side, side, 0, 0, to, to); now = c; side = to }
        while (side > 2*size) shrink(Math.ceil(side/2))
        shrink(size)
        const context = canvas.getContext('2d')
        context.imageSmoothingEnabled = false
        context.drawImage(now, 0, 0, size, size, 0, 0, 256, 256)
      }
      photo.src = image('flower.jpg')
      return `${size} px: ${percent(size*size/128**2)} of the pixels of 128 px.`
    }},
    muon: {title: 'From an ellipse to a circle', controls: [range('steps', 'steps', 0, 6, 1, 2), range('thin', 'short axis', 0.01, 1, 0.01, 0.1, two)], draw({steps, thin}, place) {
      const [long, short] = formulas.newton_schulz([1, thin], steps), turn = Math.PI/6
      const p = plot({width: 320, height: 320, xs: [-1.3, 1.3], ys: [-1.3, 1.3], xlabel: 'output 1', ylabel: 'output 2', label: `An ellipse with axes of ${two(long)} and ${two(short)} after ${steps} steps`})
      const shape = (a, b, kind) => svg('path', {class: kind, d: Array.from({length: 121}, (_, i) => i*Math.PI/60).map((t, i) => [i, a*Math.cos(t), b*Math.sin(t)])
        .map(([i, x, y]) => `${i ? 'L' : 'M'}${p.x(x*Math.cos(turn)-y*Math.sin(turn)).toFixed(1)} ${p.y(x*Math.sin(turn)+y*Math.cos(turn)).toFixed(1)}`).join('')})
      p.inside.append(shape(1, 1, 'contour'), shape(long, short, 'curve'))
      place.replaceChildren(p.root)
      const ratio = Math.min(long, short)/Math.max(long, short)
      return `The axes are ${two(long)} and ${two(short)}: ${ratio > 0.6 ? 'about a circle' : ratio > 0.3 ? 'rounder' : 'still thin'}, the shorter is ${percent(ratio)} of the longer.`
    }},
    pairs: {title: 'Paired or unpaired?', controls: [range('seeds', 'seeds', 2, 20, 1, 5)], draw({seeds}, place) {
      const unpaired = formulas.reach_of_unpaired(seeds), needed = 1-(formulas.t[2*seeds-3]/formulas.t[seeds-2])**2
      const p = plot({width: 420, xs: [0, 1], ys: [0, formulas.reach_of_pairs(seeds, 0)*1.1], xlabel: 'correlation of the two runs', ylabel: 'reach (standard deviations)', label: `Reach of the interval with ${seeds} seeds: with pairs it falls with the correlation, without it stays at ${two(unpaired)}`})
      p.inside.append(line(p, c => formulas.reach_of_pairs(seeds, c), [0, 1]), line(p, () => unpaired, [0, 1], 1, 'curve other'))
      place.replaceChildren(p.root)
      return `Unpaired (broken line): ${two(unpaired)}. Pairs (solid line) are narrower from a correlation of ${two(needed)}.`
    }},
    descent: {title: 'The way down the valley', controls: [range('bs', 'points a step', 1, 60, 1, 10), range('lr', 'learning rate', -3, 0.2, 0.1, -1, v => (10**v).toPrecision(2)), range('epochs', 'epochs', 1, 20, 1, 4)], draw({bs, lr, epochs}, place) {
      const rate = 10**lr, places = formulas.descend(points, bs, rate, epochs, formulas.random(1)), last = places.at(-1)
      const end = formulas.loss_at(points, ...last), fine = Number.isFinite(end)
      const p = plot({width: 400, height: 380, xs: [-1.5, 3], ys: [-2, 2.5], xlabel: 'slope', ylabel: 'intercept', label: `The way from slope −1, intercept −1.5, in ${places.length-1} steps`, ticks: 4})
      // lines of the same loss are ellipses about the lowest place
      const n = points.length, sum = f => points.reduce((a, o) => a+f(o), 0)/n, sx = sum(o => o[0]), sxx = sum(o => o[0]**2), sy = sum(o => o[1]), sxy = sum(o => o[0]*o[1])
      const det = sxx-sx*sx, best = [(sxy-sx*sy)/det, (sxx*sy-sx*sxy)/det], low = formulas.loss_at(points, ...best)
      const angle = Math.atan2(2*sx, sxx-1)/2, spread = Math.hypot((sxx-1)/2, sx), l1 = (sxx+1)/2+spread, l2 = (sxx+1)/2-spread
      for (let level = 0.5; level < 26; level += 1.5) {
        const at = t => { const a = Math.sqrt(level/l1)*Math.cos(t), b = Math.sqrt(level/l2)*Math.sin(t); return [best[0]+a*Math.cos(angle)-b*Math.sin(angle), best[1]+a*Math.sin(angle)+b*Math.cos(angle)] }
        p.inside.append(svg('path', {class: 'contour', d: Array.from({length: 73}, (_, i) => at(i*Math.PI/36)).map(([a, b], i) => `${i ? 'L' : 'M'}${p.x(a).toFixed(1)} ${p.y(b).toFixed(1)}`).join('')}))
      }
      const clamp = v => Math.max(-60, Math.min(60, v))
      p.inside.append(svg('path', {class: 'curve thin', d: places.filter(o => o.every(Number.isFinite)).map(([a, b], i) => `${i ? 'L' : 'M'}${p.x(clamp(a)).toFixed(1)} ${p.y(clamp(b)).toFixed(1)}`).join('')}))
      if (fine) p.inside.append(svg('circle', {class: 'dot', cx: p.x(clamp(last[0])), cy: p.y(clamp(last[1])), r: 5}))
      place.replaceChildren(p.root)
      return !fine || end > 50 ? `${places.length-1} steps: the rate is too high, and each step leads further away.` : `${places.length-1} steps; the loss ends at ${end.toFixed(2)}, and ${low.toFixed(2)} is the lowest there is.`
    }},
  }

  function build(box) {
    const kind = kinds[box.dataset.explorer]
    if (!kind) return
    const id = `explorer-${Math.random().toString(36).slice(2, 8)}`
    const values = Object.fromEntries(kind.controls.map(c => [c.name, c.value]))
    if (kind.choice) values[kind.choice.name] = Object.keys(kind.choice.options)[0]
    const place = make('div', {class: 'picture'}), said = make('p', {class: 'said', role: 'status'}), controls = make('div', {class: 'controls'})
    const inputs = {}
    const update = () => {
      for (const c of kind.controls) {
        inputs[c.name].output.textContent = c.show(values[c.name])
        inputs[c.name].input.setAttribute('aria-valuetext', c.show(values[c.name]))
        inputs[c.name].input.disabled = kind.enabled ? !kind.enabled(c.name, values) : false
      }
      said.textContent = kind.draw(values, place)
    }
    if (kind.choice) {
      const select = make('select', {id: `${id}-choice`}, ...Object.entries(kind.choice.options).map(([k, v]) => make('option', {value: k}, v)))
      select.addEventListener('change', () => { values[kind.choice.name] = select.value; update() })
      controls.append(make('div', {class: 'control'}, make('label', {for: `${id}-choice`}, kind.choice.label), select))
    }
    for (const c of kind.controls) {
      const input = make('input', {type: 'range', id: `${id}-${c.name}`, min: c.min, max: c.max, step: c.step, value: c.value}), output = make('output', {for: `${id}-${c.name}`})
      inputs[c.name] = {input, output}
      input.addEventListener('input', () => { values[c.name] = Number(input.value); update() })
      controls.append(make('div', {class: 'control'}, make('label', {for: `${id}-${c.name}`}, c.label), input, output))
    }
    const live = make('div', {class: 'live', role: 'group', 'aria-label': kind.title}, make('p', {class: 'title'}, kind.title), controls, place, said)
    box.dataset.live = ''
    box.append(live)
    update()
  }
  const start = () => document.querySelectorAll('.explorer:not([data-live])').forEach(build)
  if (window.document$) window.document$.subscribe(start)
  else if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start)
  else start()
})()
