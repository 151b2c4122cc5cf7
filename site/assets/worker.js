// The checker: Python in a worker of its own, so that the page never waits for it. One message in, one message out, text only.
const home = new URL('../', import.meta.url)
const big = ['pyodide.asm.wasm', 'python_stdlib.zip', 'questionnaire.zip'] // what takes time to arrive
const sizes = {}
let loaded = 0, check, todo = []

// Counts the bytes of the large files as they arrive, for whoever waits.
const plain_fetch = globalThis.fetch
globalThis.fetch = async (what, options) => {
  const name = String(what.url || what).split('/').pop()
  const lost = why => { postMessage({failed: `${name} did not arrive: ${why}`}); return new Error(name) } // Pyodide itself would wait forever
  let response
  try { response = await plain_fetch(what, options) } catch (e) { throw lost(e.message || e) }
  if (!response.ok) throw lost(response.status)
  if (!big.includes(name) || !response.body) return response
  const count = new TransformStream({transform(chunk, out) { loaded += chunk.byteLength; progress(); out.enqueue(chunk) }})
  return new Response(response.body.pipeThrough(count), {headers: response.headers, status: response.status})
}
let told = 0
function progress() {
  const all = Object.values(sizes).reduce((a, b) => a+b, 0)
  if (all && performance.now()-told > 100) { told = performance.now(); postMessage({loading: Math.min(1, loaded/all)}) }
}

async function start() {
  Object.assign(sizes, await (await fetch(new URL('python/sizes.json', home))).json())
  const bank = fetch(new URL('python/questionnaire.zip', home)).then(o => o.arrayBuffer())
  const {loadPyodide} = await import(new URL('python/pyodide.mjs', home))
  const python = await loadPyodide({indexURL: new URL('python/', home).href})
  postMessage({loading: 1})
  python.unpackArchive(await bank, 'zip')
  check = python.runPython(`
import json
from sota_course.questionnaire import check,QuestionnaireError
def answer(n, text, bank):
    try: return json.dumps(check(int(n), text, bank).to_dict())
    except QuestionnaireError as e: return json.dumps({'error': str(e)})
answer`)
  // the first answer to a question takes longer, since its patterns are read: so each is answered once while nobody waits
  todo = JSON.parse(python.runPython(`
from sota_course.questionnaire import banks,load_bank
json.dumps([(q.n, q.solution, b) for b in banks() for q in load_bank(b).questions.values() if q.kind!='function'])`))
}
const ready = start()
function warm_up() {
  const next = todo.shift()
  if (!next) return postMessage({warm: true})
  check(...next)
  setTimeout(warm_up, 20)
}
ready.then(() => { postMessage({ready: true}); setTimeout(warm_up, 100) }, e => postMessage({failed: String(e.message || e)}))

onmessage = async ({data}) => {
  try { await ready } catch { return }
  try {
    const begin = performance.now(), result = JSON.parse(check(data.n, data.text, data.bank))
    postMessage({id: data.id, result, milliseconds: performance.now()-begin})
  } catch (e) { postMessage({id: data.id, result: {error: `The checker stopped on this answer: ${String(e.message || e).split('\n').at(-2) || e}`}}) }
}
