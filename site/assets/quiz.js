// The live quiz. Answers and verdicts enter the page as text (textContent), never as HTML, and leave it never.
(() => {
  const base = new URL('..', document.currentScript.src)
  const verdicts = {correct: 'Correct', partial: 'Partly right', incorrect: 'Not right yet', not_attempted: 'Not attempted', unsure: 'Not sure'}
  const signs = {correct: '✓', partial: '◐', incorrect: '✗', not_attempted: '–', unsure: '?'}
  const one = 'The checker could not be loaded'

  // ---- small helpers
  const make = (tag, attributes = {}, ...children) => {
    const e = document.createElement(tag)
    for (const [k, v] of Object.entries(attributes)) {
      if (k.startsWith('on')) e.addEventListener(k.slice(2), v)
      else if (v !== false && v != null) e.setAttribute(k, v === true ? '' : v)
    }
    e.append(...children.filter(o => o != null && o !== ''))
    return e
  }
  function download(name, text) {
    const link = make('a', {download: name, href: URL.createObjectURL(new Blob([text], {type: 'application/json'}))})
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10000)
  }
  const percent = x => `${Math.round(x*100)}%`

  // ---- progress, in the form of the notebook's progress file
  const key = bank => `sota_course/progress-${bank}.json`
  let memory = {}, unstored = false
  const is_entry = o => o && typeof o === 'object' && typeof o.answer === 'string' && o.verdict in verdicts && (o.ticked === undefined || Array.isArray(o.ticked))
  function parse(text) {
    const found = JSON.parse(text).answers
    if (!found || typeof found !== 'object' || Array.isArray(found)) throw new Error('it has no answers')
    for (const [n, o] of Object.entries(found)) if (!/^\d+$/.test(n) || !is_entry(o)) throw new Error(`entry ${n} is no answer`)
    return found
  }
  function read(bank) {
    let text = memory[bank]
    try { text = localStorage.getItem(key(bank)) ?? text } catch { unstored = true }
    if (!text) return {}
    try { return parse(text) } catch { return {} }
  }
  function write(bank, answers) {
    const sorted = Object.fromEntries(Object.entries(answers).sort((a, b) => a[0]-b[0]))
    const text = memory[bank] = JSON.stringify({answers: sorted}, null, 1)
    try { localStorage.setItem(key(bank), text); unstored = false } catch { unstored = true }
    document.dispatchEvent(new CustomEvent('quiz-progress', {detail: bank}))
    return text
  }
  const now = () => new Date().toISOString().replace(/\.\d+Z$/, '+00:00')
  // A better verdict is never lost to a worse one; an answer that was compared keeps its ticks. As in the notebook.
  function remember(bank, n, answer, result) {
    const answers = read(bank), before = answers[n] || {}
    if (before.verdict === 'correct' && result.verdict !== 'correct') return
    const worth = before.ticked?.length ? before.ticked.length/result.points.length : before.score ?? 0
    if (result.verdict !== 'unsure' && worth > result.score) return
    const entry = {answer, verdict: result.verdict, score: result.score, at: now()}
    if (result.verdict === 'unsure') entry.ticked = before.answer === answer ? before.ticked ?? [] : []
    write(bank, {...answers, [n]: entry})
  }
  function tick(bank, n, ticked) {
    const answers = read(bank)
    if (answers[n]?.verdict === 'unsure') write(bank, {...answers, [n]: {...answers[n], ticked, at: now()}})
  }
  function summary(bank, total) {
    const found = Object.values(read(bank)), count = {}
    for (const o of found) { const k = o.ticked?.length ? 'self_checked' : o.verdict; count[k] = (count[k] || 0)+1 }
    const words = {correct: 'correct', self_checked: 'self-checked', partial: 'partly right', incorrect: 'not right yet', unsure: 'not sure'}
    const parts = Object.entries(words).filter(([k]) => count[k]).map(([k, v]) => `${count[k]} ${v}`)
    return `${found.length} of ${total} questions answered${parts.length ? ': '+parts.join(', ') : ''}`
      + (unstored ? '. This browser keeps nothing: save your answers as a file before you leave.' : '')
  }

  // ---- the worker
  let worker, waiting = new Map(), next = 0, state = {}
  const listeners = new Set()
  const tell = now => { state = now; listeners.forEach(f => f(state)) }
  let patience
  function hope() { // a worker that says nothing for a minute while it loads has failed
    clearTimeout(patience)
    if (worker && !state.ready) patience = setTimeout(() => fail('nothing arrived for a minute'), 60000)
  }
  function fail(why) {
    clearTimeout(patience)
    worker?.terminate()
    worker = undefined
    for (const f of waiting.values()) f({error: `${one} (${why}): look at your connection, and press Check again. Hints and solutions work without it.`})
    waiting.clear()
    tell({})
  }
  function ask(bank, n, text) {
    if (!worker) {
      try { worker = new Worker(new URL('assets/worker.js', base), {type: 'module'}) }
      catch (e) { return Promise.resolve({error: `${one} (${e.message}): this browser or a setting of it does not allow workers. Hints and solutions work without it.`}) }
      tell({loading: 0})
      hope()
      worker.onerror = e => fail(navigator.onLine === false ? 'you are offline' : e.message || 'blocked')
      worker.onmessage = ({data}) => {
        if ('loading' in data) tell({loading: data.loading})
        else if (data.ready) tell({ready: true})
        else if (data.warm) return
        else if (data.failed) fail(navigator.onLine === false ? 'you are offline' : data.failed)
        else { waiting.get(data.id)?.(data.result); waiting.delete(data.id) }
        hope()
      }
    }
    const id = next++
    return new Promise(done => { waiting.set(id, done); worker.postMessage({id, bank, n, text}) })
  }

  // ---- one question
  function card(article) {
    const {bank, n} = article.dataset
    const help = article.querySelector('.help'), hints = [...help.querySelectorAll('details')], solution = hints.pop()
    const name = `answer-${bank}-${n}`
    const known = read(bank)[n]
    const area = make('textarea', {id: name, rows: 3, placeholder: 'In your own words', spellcheck: 'true', autocapitalize: 'sentences'})
    const verdict = make('div', {class: 'verdict', role: 'status'})
    const said = make('div', {class: 'said'})
    const check = make('button', {type: 'button', class: 'action main', onclick: judge}, 'Check')
    const hint = make('button', {type: 'button', class: 'action', onclick: () => show_hint()}, 'Hint')
    const answer = make('button', {type: 'button', class: 'action', 'aria-expanded': 'false', onclick: () => show_solution()}, 'Solution')
    const row = make('div', {class: 'buttons'}, check, hint, answer, make('span', {class: 'keys'}, 'Ctrl+Enter checks'))
    let shown = 0, judged = null, run = 0
    area.addEventListener('keydown', e => { if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) { e.preventDefault(); judge() } })
    area.addEventListener('input', () => { if (judged !== null && area.value !== judged) { judged = null; note('You have changed the answer: press Check again.') } })

    const note = (text, kind = 'not_attempted') => { verdict.dataset.verdict = kind; verdict.replaceChildren(make('p', {}, text)) }
    const help_item = (title, text) => make('p', {}, make('b', {}, title+' '), text)
    const text_of = o => o.querySelector('p').textContent
    function show_hint() {
      shown = Math.min(shown+1, hints.length)
      said.querySelectorAll('.hint').forEach(o => o.remove())
      said.prepend(...hints.slice(0, shown).map((o, i) => {
        const e = help_item(`Hint ${i+1} of ${hints.length}:`, text_of(o))
        e.className = 'hint'
        return e
      }))
      hint.textContent = shown < hints.length ? 'Next hint' : 'No more hints'
      hint.disabled = shown >= hints.length
    }
    function show_solution(open = said.querySelector('.solution') === null) {
      said.querySelector('.solution')?.remove()
      answer.setAttribute('aria-expanded', String(open))
      if (!open) return
      const e = help_item('One way to say it:', text_of(solution))
      e.className = 'solution'
      said.append(e)
    }
    async function judge() {
      const mine = ++run, text = area.value
      const waits = now => {
        if (mine !== run) return
        if ('loading' in now) note(now.loading < 1 ? `Python is loading, ${percent(now.loading)}. This happens once.` : 'Python is starting.')
        else if (now.ready) note('Reading your answer.')
      }
      listeners.add(waits)
      waits(state.ready ? {ready: true} : 'loading' in state ? state : {loading: 0})
      const result = await ask(bank, n, text)
      listeners.delete(waits)
      if (mine !== run || !article.isConnected) return
      judged = text
      if (result.error) { verdict.dataset.judged = 'error'; return note(result.error, 'incorrect') }
      if (result.verdict !== 'not_attempted') {
        remember(bank, n, text, result)
        if (result.verdict === 'unsure') return unsure(result, text)
      }
      show(result)
    }
    const headline = (result, more) => make('p', {class: 'headline'}, make('b', {}, `${signs[result.verdict] || '?'} ${verdicts[result.verdict] || result.verdict}`), more)
    const quote = p => p.quote ? [': ', make('q', {}, p.quote.length > 80 ? p.quote.slice(0, 79)+'…' : p.quote)] : []
    function show(result) {
      verdict.dataset.verdict = result.verdict
      verdict.dataset.judged = String(++judgements)
      const points = result.points.map(p => make('li', {}, `${p.credit === 1 ? '✓' : p.credit ? '◐' : '·'} ${p.what}`, ...quote(p)))
      verdict.replaceChildren(headline(result, ` (${percent(result.score)})`), ...(points.length ? [make('ul', {}, ...points)] : []), make('p', {}, result.feedback),
        ...(result.verdict === 'correct' || result.verdict === 'not_attempted' ? [] : [objection(result, area.value)]))
    }
    // Question, answer and verdict as a file to send, as the notebook writes it; nothing is sent from here.
    function objection(result, text) {
      const button = make('button', {type: 'button', class: 'action', onclick() {
        download(`objections-${bank}.json`, JSON.stringify([{question: article.querySelector('.ask').textContent, answer: text, result, at: now()}], null, 1))
        button.after(make('span', {class: 'keys'}, 'Saved: send this file to those who keep the questionnaire, or attach it to an issue.'))
      }}, 'I do not agree')
      return make('p', {class: 'buttons'}, button)
    }
    // Where the checker is not sure it says what it saw, and the learner compares: essentials to tick, the model answer beside them.
    function unsure(result, text) {
      const kept = read(bank)[n], ticked = new Set(kept?.answer === text ? kept.ticked ?? [] : [])
      verdict.dataset.verdict = 'unsure'
      verdict.dataset.judged = String(++judgements)
      const count = make('p', {class: 'count'})
      const keep = () => {
        const said_ = result.points.map(p => p.id).filter(o => ticked.has(o))
        count.textContent = ticked.size ? `You ticked ${said_.length} of ${result.points.length}: kept as self-checked.` : ''
        tick(bank, n, said_)
      }
      const items = result.points.map((p, i) => {
        const box = make('input', {type: 'checkbox', id: `${name}-${i}`})
        box.checked = ticked.has(p.id)
        box.addEventListener('change', () => { box.checked ? ticked.add(p.id) : ticked.delete(p.id); keep() })
        const found = p.quote ? [make('small', {}, 'found: ', make('q', {}, p.quote))] : [make('small', {}, 'not recognized in your words')]
        return make('li', {}, make('label', {for: `${name}-${i}`}, box, ' ', p.what, ' ', ...found))
      })
      verdict.replaceChildren(headline(result, ': compare for yourself'), make('p', {}, result.feedback),
        make('fieldset', {}, make('legend', {}, 'Tick what you have said'), make('ul', {class: 'ticks'}, ...items)), count, objection(result, text))
      show_solution(true)
      if (ticked.size) keep()
    }
    article.querySelector('.ask').after(make('label', {for: name, class: 'label'}, `Your answer to question ${n}`), area, row, verdict, said)
    help.hidden = true
    if (known) {
      area.value = judged = known.answer
      const ticks = known.verdict === 'unsure' && known.ticked?.length ? `, ${known.ticked.length} ticked by you` : ''
      note(`${signs[known.verdict]} Last time: ${verdicts[known.verdict].toLowerCase()}${ticks}. Press Check to see why.`, known.verdict)
    }
  }
  let judgements = 0

  // ---- the blocks
  function status(bank, total) {
    const line = make('p', {class: 'summary', role: 'status'})
    const bar = make('span', {class: 'bar', 'aria-hidden': 'true'})
    const update = () => {
      if (!line.isConnected && line.dataset.once) { document.removeEventListener('quiz-progress', update); return }
      line.dataset.once = '1'
      line.textContent = summary(bank, total)
      const score = Object.values(read(bank)).reduce((a, o) => a+(o.verdict === 'unsure' ? 0 : o.score ?? 0), 0)/total
      bar.style.setProperty('--done', percent(Math.min(1, score)))
    }
    document.addEventListener('quiz-progress', update)
    update()
    return [line, bar, update]
  }
  function take_along(bank, say) {
    const save = make('button', {type: 'button', class: 'action', onclick() {
      download(`progress-${bank}.json`, write(bank, read(bank)))
    }}, 'Save my answers as a file')
    const input = make('input', {type: 'file', accept: '.json,application/json', hidden: true, tabindex: '-1', 'aria-label': 'A progress file', async onchange() {
      const file = input.files[0]
      if (!file) return
      try {
        const found = parse(await file.text()), answers = read(bank)
        for (const [n, o] of Object.entries(found)) if (!((answers[n]?.score ?? -1) > (o.score ?? 0))) answers[n] = o
        write(bank, answers)
        say(`${Object.keys(found).length} answers read from ${file.name}.`)
        redraw()
      } catch (e) { say(`${file.name} is no progress file (${e.message}): choose one that was saved here or by the notebook.`) }
      input.value = ''
    }})
    const open = make('button', {type: 'button', class: 'action', onclick: () => input.click()}, 'Read a file')
    let sure = false
    const forget = make('button', {type: 'button', class: 'action', onclick() {
      if (!sure) { sure = true; forget.textContent = 'Really forget them?'; setTimeout(() => { sure = false; forget.textContent = 'Forget my answers' }, 5000); return }
      try { localStorage.removeItem(key(bank)) } catch {}
      delete memory[bank]
      document.dispatchEvent(new CustomEvent('quiz-progress', {detail: bank}))
      say('Forgotten.')
      redraw()
    }}, 'Forget my answers')
    return [save, open, input, forget]
  }
  function redraw() {
    document.querySelectorAll('.quiz[data-live] .question[data-live]').forEach(article => {
      article.querySelectorAll(':scope > .label, :scope > textarea, :scope > .buttons, :scope > .verdict, :scope > .said').forEach(o => o.remove())
      card(article)
    })
  }
  function start() {
    document.querySelectorAll('.progress:not([data-live])').forEach(box => {
      box.dataset.live = ''
      const {bank, total} = box.dataset, message = make('p', {role: 'status', class: 'message'})
      const [line, bar, update] = status(bank, total)
      box.append(line, bar, make('div', {class: 'buttons'}, ...take_along(bank, text => { message.textContent = text })), message)
      update()
    })
    document.querySelectorAll('.quiz:not([data-live])').forEach(quiz => {
      quiz.dataset.live = ''
      const {bank, total} = quiz.dataset
      quiz.querySelectorAll('.question').forEach(article => {
        if (article.dataset.kind === 'function') return
        article.dataset.live = ''
        card(article)
      })
      if (!document.querySelector('.progress')) {
        const [line, , update] = status(bank, total)
        quiz.append(line, make('p', {class: 'note'}, 'What you write stays in this browser and is sent nowhere. ', make('a', {href: new URL('quiz.html', base).href}, 'All questions, and your progress as a file')))
        update()
      }
    })
  }
  window.addEventListener('storage', e => { if (e.key?.startsWith('sota_course/')) document.dispatchEvent(new CustomEvent('quiz-progress')) })
  if (window.document$) window.document$.subscribe(start)
  else if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start)
  else start()
})()
