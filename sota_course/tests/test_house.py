"The plan of the house, read from the source: floors, private names, lengths, widths. What still falls short stands in a list that may only shrink"
import ast,json
from pathlib import Path
import pytest

checkout = Path(__file__).parents[2]
if not (checkout/'nbs').is_dir(): pytest.skip('needs a checkout of the project', allow_module_level=True)
package = checkout/'sota_course'

# A room may import from floors below its own, and from rooms of its floor that are named before it. A folder stands for all rooms in it, in the order given.
floors = [
    'core records doctor compare evidence simulated plots',
    'questionnaire.text questionnaire.formulas questionnaire.code questionnaire.patterns questionnaire.bank questionnaire.doubter questionnaire.result questionnaire.judge '
        'questionnaire.tasks questionnaire.opinion questionnaire.ask questionnaire.sheets questionnaire quiz data.images data.files data.splits data.folders data.sample data.download data.dataset page',
    'loading.augment loading.views loading.cache loading.loader loading.loader_stats loading.dls loading.stages loading.view_batches weights networks',
    'imagenette presizing normalization progressive_resizing tta mixup label_smoothing',
    'training.schedules training.callbacks training.precision training.speed training.muon training.distributed training.transfer training.model training.onnx training.testing',
    'experiments.recipes experiments.learners experiments.checkpoints experiments.recorder experiments.forecast experiments.runs experiments.ladder experiments.cluster experiments.report',
    'exercises.engine exercises.data exercises.images exercises.views exercises.labels exercises.training exercises.judging exercises.helps exercises.answers exercises cli',
]
techniques = set(floors[3].split())

# What falls short today. Take entries out as they are mended; none is added.
known_exceptions = dict(imports=set(), private=set(), long=set(), wide=set())

def modules():
    "Exported and hand-written modules by name; tests, tools and what is generated are left out"
    found = {}
    for f in sorted(package.rglob('*.py')):
        parts = f.relative_to(package).with_suffix('').parts
        if parts[0] in ('tests', '_nbdev', '_modidx', '__init__', '__main__', 'all'): continue
        found['.'.join(o for o in parts if o!='__init__')] = f
    return found

def own_imports(name, file):
    "Pairs of a module of ours and a name that `file` imports from it, wherever in the file it does"
    base = ['sota_course', *name.split('.')]
    if file.name!='__init__.py': base = base[:-1]
    for node in ast.walk(ast.parse(file.read_text(encoding='utf-8'))):
        if not isinstance(node, ast.ImportFrom): continue
        above = base[:len(base)-(node.level-1)] if node.level else []
        source = '.'.join([*above, *filter(None, [node.module])])
        if source.split('.')[0]!='sota_course': continue
        for o in node.names:
            inner = f'{source}.{o.name}'.removeprefix('sota_course.')
            yield (inner, '') if inner in modules() else (source.removeprefix('sota_course').lstrip('.'), o.name)

def place(module):
    "Floor and seat of a module"
    for number,rooms in enumerate(floors):
        rooms = rooms.split()
        for part in (module, module.split('.')[0]):
            if part in rooms: return number,rooms.index(part)
    raise AssertionError(f'{module} has no floor: give it one in this test, as the design says.')

@pytest.mark.parametrize('name', modules())
def test_imports_go_down(name):
    for target,_ in own_imports(name, modules()[name]):
        if not target or target==name or name.split('.')[0]==target.split('.')[0]=='cli': continue
        if (name, target) in known_exceptions['imports']: continue
        assert place(target) < place(name), f'{name} imports from {target}, which is not below it'
        assert not {name, target} <= techniques, f'{name} and {target} are techniques: neither may need the other'

@pytest.mark.parametrize('name', modules())
def test_private_names_stay_in_their_room(name):
    crossing = {(name, target, o) for target,o in own_imports(name, modules()[name]) if o.startswith('_') and target!=name}
    assert crossing <= known_exceptions['private']

def test_the_questionnaire_needs_nothing_but_the_standard_library():
    import sys
    for name,file in modules().items():
        if not name.startswith('questionnaire'): continue
        for node in ast.walk(ast.parse(file.read_text(encoding='utf-8'))):
            needed = [o.name for o in node.names] if isinstance(node, ast.Import) else [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
            foreign = {o.split('.')[0] for o in needed} - sys.stdlib_module_names
            assert foreign <= {'sota_course', 'torch'}, f'{name} imports {foreign}' # torch is for functions that learners hand in, and imported where one is tried

def test_no_module_is_long():
    assert {n for n,f in modules().items() if len(f.read_text(encoding='utf-8').splitlines())>350} <= known_exceptions['long']

def code_lines():
    "(place, line, limit) of each line of code in notebooks; chapters are narrower"
    for nb in sorted((checkout/'nbs').rglob('*.ipynb')):
        limit = 100 if nb.name[0].isdigit() else 140
        for cell in json.loads(nb.read_text(encoding='utf-8'))['cells']:
            if cell['cell_type']!='code' or 'import sota_course\nexcept' in ''.join(cell['source']): continue
            for line in ''.join(cell['source']).splitlines():
                if not line.startswith('#|'): yield f"{nb.name} #{cell['id']}", line, limit # alternative texts are as long as they need to be

def test_lines_are_not_wide():
    wide = {where.split(' ')[0] for where,line,limit in code_lines() if len(line)>limit}
    assert wide <= known_exceptions['wide']

def test_no_saved_output_is_red():
    "A warning that a reader sees in red is mended, or shown on purpose as text"
    for nb in sorted((checkout/'nbs').rglob('*.ipynb')):
        for cell in json.loads(nb.read_text(encoding='utf-8'))['cells']:
            red = [o for o in cell.get('outputs', []) if o.get('name')=='stderr' or o['output_type']=='error']
            assert not red or 'Premature end of JPEG file' in str(red), f"{nb.name} #{cell['id']}: {red}" # what libjpeg says is what that chapter is about

def test_facts_stand_in_one_place():
    "What settings.ini says, pyproject.toml leaves to it"
    dynamic = next(l for l in (checkout/'pyproject.toml').read_text().splitlines() if l.startswith('dynamic'))
    for fact in ('version', 'dependencies', 'optional-dependencies', 'scripts', 'urls'): assert f'"{fact}"' in dynamic
