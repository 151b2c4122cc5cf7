"The finished site in headless Chromium: read, search, answer, reload, both themes, a phone, no JavaScript, no worker"
import json,re,statistics,time
from urllib.request import urlopen
import pytest
from conftest import here,root,slack

expect = pytest.importorskip('playwright.sync_api', reason='needs playwright').expect
right = 'It predicts several augmented versions of each image and averages the predictions; learn.tta() does it.'
judged = '.verdict[data-judged]'

def pages(folder): return [o.relative_to(folder).as_posix() for o in sorted(folder.rglob('*.html'))]
def chapters(folder): return [o for o in pages(folder) if re.match(r'chapters/\d', o)]
def card(page, n, bank='imagenette'): return page.locator(f'#q-{bank}-{n}')
def answer(page, n, text, by='click'):
    found = card(page, n)
    found.get_by_role('textbox').fill(text)
    found.locator('.verdict').evaluate('o => delete o.dataset.judged')
    if by=='click': found.get_by_role('button', name='Check').click()
    else: found.get_by_role('textbox').press('Control+Enter')
    found.locator(judged).wait_for()
    return found.locator('.verdict')

# ---- reading

def test_read_from_the_first_page_on(visit, folder):
    v = visit()
    page = v.go()
    page.get_by_role('link', name='Start reading').click()
    for chapter in chapters(folder)[1:4]: # the footer leads on, without loading the page anew
        page.locator('.md-footer__link--next').click()
        page.wait_for_url(f'**/{chapter}')
        expect(page.get_by_role('heading', level=1)).to_be_visible()
    page.locator('.md-footer__link--prev').click()
    page.wait_for_url(f'**/{chapters(folder)[2]}')
    expect(page.get_by_role('link', name='Open in Colab')).to_have_attribute('href', re.compile('^https://colab.research.google.com/github/'))
    with page.expect_download() as got: page.get_by_role('link', name='Download the notebook').click()
    assert json.loads(got.value.path().read_text(encoding='utf-8'))['cells']

def test_lines_are_of_readable_length(visit):
    page = visit().go('chapters/05_tta.html')
    count = page.locator('.md-content p').evaluate_all('''all => all.filter(o => o.textContent.length > 300).map(o => {
        const range = document.createRange(); range.selectNodeContents(o)
        const tops = new Set([...range.getClientRects()].map(r => Math.round(r.bottom/8))); return o.textContent.length/tops.size })''')
    assert count and 55<=statistics.median(count)<=80, count

def test_search(visit):
    page = visit().go('chapters/00_before_you_train.html')
    page.keyboard.press('Control+k')
    page.keyboard.type('label smoothing')
    hit = page.locator('a[href*="07_label_smoothing"][href*="h="]:visible').first # a result, and not the navigation behind it
    expect(hit).to_be_visible()
    hit.click() # which page comes first depends on what the chapters say of it
    expect(page).to_have_url(re.compile('07_label_smoothing'))

def test_every_address_is_there_and_nothing_weighs_much(folder, url, browser):
    for name in pages(folder): assert urlopen(url+name).status==200
    heavy = {}
    for name in ('index.html', 'quiz.html', *chapters(folder)):
        context = browser.new_context(viewport=dict(width=1280, height=900))
        page,sizes,names = context.new_page(),{},{}
        spy = context.new_cdp_session(page) # what comes over the wire, packed as Pages packs it
        spy.send('Network.enable')
        spy.on('Network.responseReceived', lambda e: names.__setitem__(e['requestId'], e['response']['url']))
        spy.on('Network.loadingFinished', lambda e: sizes.__setitem__(e['requestId'], e['encodedDataLength']))
        page.goto(url+name, wait_until='networkidle')
        heavy[name] = sum(sizes.values())
        context.close()
    print({k: f'{v/1000:.0f} kB' for k,v in sorted(heavy.items(), key=lambda o: -o[1])[:4]})
    assert max(heavy.values())<=500_000, heavy
    size = sum(o.stat().st_size for o in folder.rglob('*') if o.is_file())
    print(f'{size/1e6:.1f} MB in all')
    assert size<=40e6

def test_first_view_is_quick_on_a_slow_processor(visit):
    v = visit()
    slow = v.context.new_cdp_session(v.page)
    slow.send('Emulation.setCPUThrottlingRate', dict(rate=4))
    seen = []
    for _ in range(3):
        v.go('chapters/06_mixup.html')
        v.page.wait_for_timeout(300)
        seen.append(v.page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
    print(f'first view after {min(seen):.0f} ms')
    assert min(seen)<=1000*slack()

def test_without_javascript_all_is_there_to_read(visit):
    v = visit(java_script_enabled=False)
    page = v.go('chapters/05_tta.html')
    expect(card(page, 6).get_by_text('What is test-time augmentation')).to_be_visible()
    card(page, 6).get_by_text('Hint 1 of').click()
    card(page, 6).get_by_text('Solution').click()
    expect(card(page, 6).locator('details[open]')).to_have_count(2)
    expect(page.get_by_text('needs JavaScript').first).to_be_visible()
    expect(page.get_by_role('textbox')).to_have_count(0)
    expect(page.locator('.explorer .fallback img')).to_be_visible()

def test_a_phone(visit):
    v = visit(viewport=dict(width=360, height=740), has_touch=True, is_mobile=True)
    for name in ('index.html', 'chapters/05_tta.html', 'chapters/07_label_smoothing.html', 'chapters/08_training.html', 'quiz.html', 'chapters/14_what_helps_when.html', 'api/tta.html'):
        page = v.go(name)
        page.wait_for_timeout(200)
        wide = page.evaluate('document.documentElement.scrollWidth - innerWidth')
        assert wide<=0, f'{name} is {wide} px too wide'
    v.shot('phone')

def test_themes(visit):
    v = visit(color_scheme='dark')
    page = v.go('chapters/06_mixup.html')
    dark = "sum(...getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number))"
    def lightness(): return page.evaluate("getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).slice(0, 3).reduce((a, b) => a+Number(b), 0)/3")
    assert lightness()<60
    assert page.locator('figure.plot img').first.evaluate('o => getComputedStyle(o).backgroundColor')!='rgba(0, 0, 0, 0)' # a light card
    page.locator('label[for^=__palette]:visible').click()
    page.wait_for_timeout(400)
    assert lightness()>200
    page.reload()
    page.wait_for_timeout(300)
    assert lightness()>200 # remembered

def test_print_shows_what_is_folded(visit):
    page = visit().go('chapters/06_mixup.html')
    page.emulate_media(media='print')
    expect(page.locator('.explorer .fallback img').first).to_be_visible()
    expect(page.locator('.question textarea').first).to_be_hidden()

def test_a_page_that_is_not_there(visit):
    v = visit()
    page = v.go('chapters/gone.html')
    expect(page.get_by_role('heading', name='This page is not here')).to_be_visible()
    v.wrong = [] # the browser says that it was a 404

# ---- the quiz

def test_answers_wrong_partly_right_and_hostile(visit):
    v = visit()
    page = v.go('chapters/05_tta.html')
    start = time.perf_counter()
    said = answer(page, 6, right)
    first = time.perf_counter()-start
    print(f'first verdict after {first:.1f} s')
    assert first<=6*slack()
    expect(said).to_contain_text('Correct (100%)')
    expect(said.locator('q').last).to_contain_text('learn.tta')
    v.shot('right')
    expect(answer(page, 6, 'It trains the network once more.', by='keys')).to_contain_text('Not right yet')
    expect(answer(page, 6, 'It averages the predictions of several augmented versions of an image.')).to_contain_text('Partly right')
    said = answer(page, 6, 'averages <img src=x onerror="document.title=1"> <b>views</b> of an image')
    assert said.locator('img, b b, script').count()==0 and page.title()!='1'
    found = card(page, 6)
    for k in (1, 2, 3):
        found.get_by_role('button', name=re.compile('[Hh]int')).click()
        expect(found.locator('.hint')).to_have_count(k)
    found.get_by_role('button', name='Solution').click()
    expect(found.locator('.solution')).to_contain_text('One way to say it:')
    expect(page.locator('.summary').first).to_contain_text('1 of 18 questions answered: 1 correct') # the best stays
    # the worker lives through navigation
    page.locator('.md-footer__link--next').click()
    page.wait_for_url('**/06_mixup.html')
    page.wait_for_timeout(500)
    start = time.perf_counter()
    answer(page, 8, 'Two images are mixed, and their labels in the same proportions, with cbs=MixUp().')
    again = time.perf_counter()-start
    print(f'first verdict of the next chapter after {again:.2f} s')
    assert again<=1*slack()
    # and progress through a reload and to the page of all questions
    page.reload()
    expect(card(page, 8).get_by_role('textbox')).to_have_value(re.compile('^Two images'))
    expect(card(page, 8).locator('.verdict')).to_contain_text('Last time:')
    v.go('quiz.html')
    expect(page.locator('.progress .summary').first).to_contain_text('2 of 18 questions answered')
    with page.expect_download() as got: page.get_by_role('button', name='Save my answers').first.click()
    assert got.value.suggested_filename=='progress-imagenette.json'
    text = got.value.path().read_text(encoding='utf-8')
    kept = json.loads(text)['answers']
    assert set(kept)=={'6', '8'} and set(kept['6'])=={'answer', 'verdict', 'score', 'at'} and kept['6']['verdict']=='correct'
    assert text==json.dumps(json.loads(text), indent=1, ensure_ascii=False) # byte for byte as the notebook writes it
    page.get_by_role('button', name='Forget my answers').first.click()
    page.get_by_role('button', name='Really forget them?').click()
    expect(page.locator('.progress .summary').first).to_contain_text('0 of 18')
    page.locator('input[type=file]').first.set_input_files(files=[dict(name='progress-imagenette.json', mimeType='application/json', buffer=text.encode())])
    expect(page.locator('.progress .summary').first).to_contain_text('2 of 18')
    expect(card(page, 6).get_by_role('textbox')).to_have_value(right)
    page.locator('input[type=file]').first.set_input_files(files=[dict(name='holiday.json', mimeType='application/json', buffer=b'[1]')])
    expect(page.locator('.progress .message').first).to_contain_text('holiday.json is no progress file')

def test_the_notebook_reads_what_the_page_saves(visit, tmp_path, monkeypatch):
    quiz = pytest.importorskip('sota_course.quiz')
    monkeypatch.setenv('SOTA_COURSE_HOME', str(tmp_path))
    page = visit().go('quiz.html')
    page.evaluate('''() => localStorage.setItem('sota_course/progress-imagenette.json', JSON.stringify({answers: {6: {answer: 'ä "x"', verdict: 'partial', score: 0.5, at: '2026-01-01T00:00:00+00:00'}}}))''')
    page.reload()
    with page.expect_download() as got: page.get_by_role('button', name='Save my answers').first.click()
    quiz.progress_file().write_bytes(got.value.path().read_bytes())
    assert quiz.progress().answers[6]['answer']=='ä "x"' and not quiz.progress().warning

fake_worker = '''onmessage = ({data}) => postMessage({id: data.id, result: {n: 6, verdict: 'unsure', score: 0.5, misconceptions: [], feedback: 'I am not sure about this one.', points: [
    {id: 'idea', what: 'several versions are predicted and averaged', credit: 1, quote: 'averages'}, {id: 'call', what: 'learn.tta()', credit: 0, quote: ''}]}}); postMessage({ready: true})'''

def test_an_answer_the_checker_is_not_sure_of(visit):
    v = visit()
    v.page.route('**/assets/worker.js', lambda r: r.fulfill(body=fake_worker, content_type='text/javascript'))
    page = v.go('chapters/05_tta.html')
    said = answer(page, 6, 'something with averages')
    expect(said).to_contain_text('Not sure')
    boxes = said.get_by_role('checkbox')
    expect(boxes).to_have_count(2)
    assert not boxes.nth(0).is_checked() and not boxes.nth(1).is_checked() # the learner says it, not the checker
    expect(said).to_contain_text('not recognized in your words')
    expect(page.locator('.summary').first).to_contain_text('1 not sure')
    expect(card(page, 6).locator('.solution')).to_contain_text('One way to say it') # beside the ticks
    boxes.nth(1).focus()
    page.keyboard.press('Space')
    expect(said).to_contain_text('You ticked 1 of 2')
    expect(page.locator('.summary').first).to_contain_text('1 self-checked')
    v.shot('unsure')
    page.reload()
    expect(card(page, 6).locator('.verdict')).to_contain_text('Last time: not sure, 1 ticked by you')
    said = answer(page, 6, 'something with averages')
    assert said.get_by_role('checkbox').nth(1).is_checked() # the same answer keeps its ticks
    with page.expect_download() as got: said.get_by_role('button', name='I do not agree').click()
    sent, = json.loads(got.value.path().read_text(encoding='utf-8'))
    assert got.value.suggested_filename=='objections-imagenette.json' and set(sent)=={'question', 'answer', 'result', 'at'} and sent['result']['verdict']=='unsure'

def test_the_worker_cannot_be_loaded(visit):
    v = visit()
    v.page.route('**/python/*.wasm', lambda r: r.abort())
    page = v.go('chapters/05_tta.html')
    card(page, 6).get_by_role('textbox').fill(right)
    card(page, 6).get_by_role('button', name='Check').click()
    expect(card(page, 6).locator('.verdict')).to_contain_text('The checker could not be loaded')
    card(page, 6).get_by_role('button', name='Solution').click()
    expect(card(page, 6).locator('.solution')).to_be_visible()
    v.page.unroute('**/python/*.wasm')
    expect(answer(page, 6, right)).to_contain_text('Correct') # and once the network is back it goes on
    v.wrong = [o for o in v.wrong if 'Failed to load resource' not in o and 'wasm' not in o]

def graded(n=200):
    lines = [json.loads(l) for f in sorted((root/'benchmarks'/'answers').glob('*.jsonl')) for l in f.read_text(encoding='utf-8').splitlines() if l.strip()]
    return [('imagenette', o['question'], o['answer']) for o in lines[::max(1, len(lines)//n)]][:n]

def test_browser_and_cpython_say_the_same(visit):
    from sota_course.questionnaire import banks,check,load_bank
    tries = [(b, q.n, o['answer']) for b in banks() for q in load_bank(b).questions.values() if q.kind!='function' for o in q.example] + graded()
    page = visit().go('quiz.html')
    found = page.evaluate('''tries => new Promise((done, bad) => {
        const worker = new Worker('assets/worker.js', {type: 'module'}), out = []
        worker.onmessage = ({data}) => { if (data.failed) bad(new Error(data.failed)); if (data.warm) tries.forEach(([bank, n, text], id) => worker.postMessage({id, bank, n, text})); if ('id' in data) { out.push([data.result, data.milliseconds]); if (out.length === tries.length) { worker.terminate(); done(out) } } } })''', tries)
    different = [(b, n, text, there['verdict'], here_.verdict) for (b, n, text),(there, _) in zip(tries, found)
        if json.loads(json.dumps((here_ := check(n, text, b)).to_dict()))!=there]
    assert not different, different[:5]
    times = sorted(ms for _,ms in found)
    print(f'{len(tries)} answers, the same; {statistics.median(times):.1f} ms in the median, {times[int(len(times)*.95)]:.1f} ms at p95')
    assert times[int(len(times)*.95)]<=50*slack()

# ---- the explorers

def newton_schulz(s, steps): return s if not steps else newton_schulz(3.4445*s - 4.775*s**3 + 2.0315*s**5, steps-1)

def test_formulas_of_the_explorers(visit):
    page = visit().go('chapters/07_label_smoothing.html')
    page.wait_for_function('window.sota_explorers')
    def js(code): return page.evaluate(f'(() => {{ const f = sota_explorers.formulas; return {code} }})()')
    assert js('f.smooth(0.1)')==pytest.approx([.01]*3+[.91]+[.01]*6) and js('f.beta(1, 0.3)')==pytest.approx(1) and js('f.beta(4, 0.5)')==pytest.approx(2.1875)
    assert js('f.cycle_lengths(3, 1, 2)')==[1, 2, 4] and js('f.warm_restarts([1, 2, 4], 1/7)')==pytest.approx(1) and js('f.warm_restarts([1, 2, 4], 0.5/7)')==pytest.approx(.5)
    assert js('f.newton_schulz([1, 0], 1)')==pytest.approx([.7010, 0]) and js('f.newton_schulz([1, 0.1], 3)')==pytest.approx([newton_schulz(o, 3) for o in (1/1.01**.5, .1/1.01**.5)])
    assert js('f.corners(200, 100, 0.5)')==[[75, 25, 50], [0, 0, 50], [150, 0, 50], [0, 50, 50], [150, 50, 50]]
    assert js('f.loss_at(sota_explorers.points, ...f.descend(sota_explorers.points, 60, 0.1, 100, f.random(1)).at(-1))')<js('f.loss_at(sota_explorers.points, 1.5, 0.5)')
    assert js('f.reach_of_pairs(5, 0)')==pytest.approx(2.7764*.4**.5, rel=1e-4) and js('f.reach_of_unpaired(3)')==pytest.approx(2.7764*(2/3)**.5, rel=1e-4)
    torch = pytest.importorskip('torch')
    for eps in (0, .1, .5):
        for margin in (-2., 0., 3., 12.):
            loss = torch.nn.functional.cross_entropy(torch.tensor([[margin]+[0.]*9], dtype=torch.double), torch.tensor([0]), label_smoothing=eps)
            assert js(f'f.loss({eps}, {margin})')==pytest.approx(loss.item(), abs=1e-6)
    density = torch.distributions.Beta(torch.tensor(.4).double(), torch.tensor(.4).double()).log_prob(torch.tensor(.2).double()).exp()
    assert js('f.beta(0.4, 0.2)')==pytest.approx(density.item(), rel=1e-6)

def test_explorers_by_keyboard(visit, folder):
    v,kinds = visit(reduced_motion='reduce'),set()
    for name in chapters(folder):
        if 'data-explorer' not in (folder/name).read_text(encoding='utf-8'): continue
        page = v.go(name)
        for box in page.locator('.explorer').all():
            kinds.add(box.get_attribute('data-explorer'))
            expect(box.locator('.fallback')).to_be_hidden()
            said,slider = box.locator('.said'),box.get_by_role('slider').first
            before = said.text_content()
            slider.focus()
            for _ in range(3): page.keyboard.press('ArrowRight')
            expect(said).not_to_have_text(before)
            assert slider.get_attribute('aria-valuetext')
    assert kinds=={'mixup', 'beta', 'smoothing', 'schedules', 'crops', 'size', 'descent', 'pairs', 'muon'}

# ---- for everybody

def test_axe_finds_nothing_serious(browser, url, folder):
    file = here/'node_modules'/'axe-core'/'axe.min.js'
    if not file.exists(): pytest.skip('axe is missing: `npm ci` in site/ brings it')
    axe,found = file.read_text(encoding='utf-8'),[]
    context = browser.new_context(viewport=dict(width=1280, height=900), bypass_csp=True)
    page = context.new_page()
    page.on('console', lambda m: m.type=='error' and '404' not in m.text and found.append(m.text))
    for name in pages(folder):
        page.goto(url+name)
        page.evaluate(axe)
        page.evaluate("document.querySelectorAll('details').forEach(o => o.open = true)")
        # what is the same on every page is looked at on some
        frame = '' if not name.startswith(('workshop/', 'api/')) or name.endswith('index.html') else ".md-header, .md-tabs, .md-sidebar, .md-footer"
        for scheme in ('default', 'slate'):
            page.evaluate(f"document.body.setAttribute('data-md-color-scheme', '{scheme}')")
            page.add_style_tag(content='* { transition: none !important }')
            rules = "" if scheme=='default' else ", runOnly: {type: 'rule', values: ['color-contrast']}" # the rest is the same in both
            exclude = f"{{exclude: [{', '.join(map(repr, frame.split(', ')))}]}}" if frame else 'document'
            result = page.evaluate(f"axe.run({exclude}, {{resultTypes: ['violations'], elementRef: false{rules}}})")
            found += [f"{name} ({scheme}): {o['id']}, {node['html'][:150]}" for o in result['violations'] if o['impact'] in ('serious', 'critical') for node in o['nodes']]
    context.close()
    assert not found, found[:20]
