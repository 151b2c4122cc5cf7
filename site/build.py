"""Builds the whole site into _site/: `make docs`.

    python site/build.py [--out FOLDER] [--fast]

notebooks → Markdown (chapters.py) · reference (api.py) · questions (quizzes.py) · pages/ → Zensical → finish.py → _site.
Nothing is run but the builder; nothing is fetched but by pip and npm, before."""
import argparse,json,re,shutil,subprocess,sys,time
import yaml
from project import *
import api,chapters,finish,quizzes

work = root/'build'/'site'

def say(text): print(f'site: {text}', flush=True)

def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, str): path.write_text(content, encoding='utf-8', newline='\n')
    else: path.write_bytes(content)

def navigation(books, reference):
    "What the navigation shows, in the order of reading"
    course = [b for b in books.values() if b.is_chapter]
    shop = {}
    for b in books.values():
        if b.inside.startswith('workshop/'): shop.setdefault('/'.join(b.inside.split('/')[1:-1]), []).append({plain(b.title): b.page})
    rooms = [o for k,v in sorted(shop.items()) for o in (v if not k else [{k.capitalize(): v}])]
    return [
        {'Course': ['index.md', *({plain(b.title): b.page} for b in course)]},
        {'Check yourself': 'quiz.md'},
        {'What helps, when': 'chapters/14_what_helps_when.md'},
        {'Reference': ['api/index.md', *({m.short: m.page} for m in reference.modules)]},
        {'Workshop': ['workshop/index.md', *rooms]},
        {'Teach': 'teachers.md'},
        {'About': [{'Changelog': 'changelog.md'}, {'Credits and licences': 'credits.md'}]}]

def workshop_index(books):
    out = [front_matter('The workshop', 'What the chapters stand on: for those who want to change it').strip(), '# The workshop',
        'What the chapters stand on: for those who want to change it\n{ .lede }',
        'Each room explains a module of the package, beside its code and its tests. To follow the course you need none of them.']
    rooms = [b for b in books.values() if b.inside.startswith('workshop/')]
    out.append('\n'.join(f'- [{b.title}]({relative("workshop/index.md", b.page)}): {b.lede}' for b in rooms))
    return '\n\n'.join(out)+'\n'

def front(text):
    "The first page: ways in, before the words of the notebook"
    ways = ('<p class="actions"><a class="action main" href="chapters/00_before_you_train.html">Start reading</a> '
        '<a class="action" href="quiz.html">Check yourself</a> <a class="action" href="chapters/14_what_helps_when.html">What helps, when</a></p>')
    text = re.sub(r'^\*\*\[Read it in your browser\].*\n', '', text, flags=re.M) # who reads this does
    head,sep,rest = text.partition('{ .lede }\n')
    return head+sep+'\n'+ways+'\n'+rest

def quiz_page(banks):
    out = [front_matter('Check yourself', 'Answer in your own words, in the browser; nothing is sent anywhere').strip(), '# Check yourself',
        'Answer in your own words. What you write is judged here, in your browser, and is sent nowhere.\n{ .lede }',
        (here/'pages'/'_quiz.md').read_text(encoding='utf-8').strip()]
    for name,bank in banks.items():
        out.append(f'## {bank.title}\n\n<div class="progress" data-bank="{name}" data-total="{len(bank.questions)}"></div>\n\n'
            + quizzes.quiz_html(banks, '', name, list(bank.questions)))
    return '\n\n'.join(out)+'\n'

def copy_pages(docs):
    for o in sorted((here/'pages').glob('[!_]*.md')): shutil.copy(o, docs/o.name)
    log = (root/'CHANGELOG.md').read_text(encoding='utf-8')
    write(docs/'changelog.md', front_matter('Changelog', 'What changed, version by version')+log)
    shutil.copytree(here/'assets', docs/'assets', dirs_exist_ok=True)

def source(docs):
    "Writes everything that Zensical reads; returns the notebooks and the figures without a text"
    books = chapters.notebooks()
    reference = api.Reference(books)
    banks = quizzes.load_banks()
    missing = []
    for b in books.values():
        page = chapters.Page(b, books, reference.names, banks)
        text = page.markdown()
        write(docs/b.page, front(text) if b.stem=='index' else text)
        for name,data in page.figures.items(): write(docs/name, data)
        missing += page.without_alt
        if b.is_chapter: write(docs/'notebooks'/b.inside, b.path.read_bytes())
    for m in reference.modules: write(docs/m.page, reference.page(m))
    write(docs/'api/index.md', reference.index())
    write(docs/'workshop/index.md', workshop_index(books))
    write(docs/'quiz.md', quiz_page(banks))
    copy_pages(docs)
    config = yaml.safe_load((here/'mkdocs.yml').read_text(encoding='utf-8'))
    config |= dict(nav=navigation(books, reference), docs_dir='docs', site_dir='out', site_url=site_url)
    config['theme']['custom_dir'] = 'overrides'
    config['extra'] = config.get('extra', {}) | dict(source=source_url)
    shutil.copytree(here/'overrides', work/'overrides')
    write(work/'mkdocs.yml', yaml.safe_dump(config, sort_keys=False, allow_unicode=True))
    return missing

def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument('--out', default=str(root/'_site'), help='folder of the finished site')
    args.add_argument('--fast', action='store_true', help='leave out the browser\'s Python: quick, and the quiz cannot check')
    args.add_argument("--draft", action="store_true", help="pass over figures without alternative text")
    args = args.parse_args()
    start = time.time()
    if work.exists(): shutil.rmtree(work)
    missing = source(work/'docs')
    if missing and not args.draft: raise SystemExit('These figures have no alternative text; write `#| fig-alt: what it shows` above the code:\n  '+'\n  '.join(missing))
    say(f'pages written, {time.time()-start:.1f} s')
    done = subprocess.run([sys.executable, '-m', 'zensical', 'build', '--clean', '--strict', '-f', str(work/'mkdocs.yml')], cwd=work,
        capture_output=True, text=True)
    if done.returncode:
        told = re.sub(r'\x1b\[[0-9;]*m', '', done.stdout+done.stderr)
        raise SystemExit('site: Zensical refused:\n'+'\n'.join(o[:200] for o in told.splitlines() if re.search(r'Warning|Error|╭|╰', o)))
    say(f'rendered, {time.time()-start:.1f} s')
    finish.finish(work/'out', python=not args.fast, draft=args.draft)
    out = Path(args.out)
    if out.exists(): shutil.rmtree(out)
    shutil.copytree(work/'out', out)
    size = sum(o.stat().st_size for o in out.rglob('*') if o.is_file())
    say(f'{len(list(out.rglob("*.html")))} pages, {size/1e6:.1f} MB in {out.name}/, {time.time()-start:.1f} s')

if __name__=='__main__': main()
