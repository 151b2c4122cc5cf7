"What the files in `.github/` promise: GitHub can read them, no owner stands in them, and they test the Python versions we name"
import configparser,re,subprocess,sys
from pathlib import Path
import pytest

root = Path(__file__).parents[2]
github = root/'.github'
if not (github/'workflows').is_dir(): pytest.skip('no .github/workflows here: they are in a checkout, not in an installed package', allow_module_level=True)

workflows = sorted((github/'workflows').glob('*.y*ml'))
schemas = {**{f: 'github-workflows' for f in workflows}, github/'dependabot.yml': 'dependabot',
    **{f: 'github-issue-forms' for f in sorted((github/'ISSUE_TEMPLATE').glob('*.y*ml')) if f.stem!='config'}}
texts = [f for f in sorted(github.rglob('*')) if f.is_file()]
def name(f): return f.relative_to(github).as_posix()

def check(file, schema):
    "Check `file` against one of the schemas that come with check-jsonschema: no network needed"
    pytest.importorskip('check_jsonschema', reason='check-jsonschema is not installed: it comes with `.[dev]`')
    command = [sys.executable, '-m', 'check_jsonschema', '--builtin-schema', f'vendor.{schema}', str(file)]
    return subprocess.run(command, capture_output=True, text=True, encoding='utf-8')

def load(stem):
    "The workflow called `stem`, read as YAML 1.2, where `on` is a word and not true"
    yaml = pytest.importorskip('ruamel.yaml', reason='ruamel.yaml is not installed: it comes with check-jsonschema')
    return yaml.YAML(typ='safe').load((github/'workflows'/f'{stem}.yml').read_text(encoding='utf-8'))

# GitHub can read them

def test_the_workflows_are_here(): assert {'docs','nightly','release','test'} <= {f.stem for f in workflows}

@pytest.mark.parametrize('file', schemas, ids=name)
def test_fits_its_schema(file):
    done = check(file, schemas[file])
    assert done.returncode==0, done.stdout+done.stderr

def test_a_broken_workflow_is_refused(tmp_path):
    text = (github/'workflows'/'test.yml').read_text(encoding='utf-8')
    broken = tmp_path/'broken.yml'
    broken.write_text(text.replace('\njobs:', '\njobz:'), encoding='utf-8')
    done = check(broken, 'github-workflows')
    assert done.returncode==1 and 'jobz' in done.stdout, done.stdout+done.stderr

# The owner stands in settings.ini alone

def owners(text):
    "Places in `text` that name an owner of this repository"
    cfg = configparser.ConfigParser()
    cfg.read(root/'settings.ini', encoding='utf-8')
    owner,repo = (re.escape(cfg['DEFAULT'][k]) for k in ('owner','repo'))
    return re.findall(rf'(?:github(?:usercontent)?\.com[/:]|/github/|repos/)[\w.-]+/{repo}\b|[\w-]+\.github\.io|\b{owner}/{repo}\b', text)

@pytest.mark.parametrize('file', texts, ids=name)
def test_no_owner(file): assert not owners(file.read_text(encoding='utf-8'))

@pytest.mark.parametrize('text', ['https://github.com/someone/sota_course/issues', 'git@github.com:someone/sota_course.git',
    'https://raw.githubusercontent.com/someone/sota_course/main/x', 'gh api repos/someone/sota_course', 'https://someone.github.io'])
def test_an_owner_would_be_found(text): assert owners(text)

@pytest.mark.parametrize('text', ['${{ github.server_url }}/${{ github.repository }}', 'sota-course doctor', './sota_course/__init__.py'])
def test_other_text_is_no_owner(text): assert not owners(text)

# The Python versions are those of pyproject.toml

@pytest.fixture
def pythons():
    "Python versions that pyproject.toml names in its classifiers"
    found = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', (root/'pyproject.toml').read_text(encoding='utf-8'))
    assert found
    return found

def test_every_python_we_name_is_tested(pythons):
    matrix = load('test')['jobs']['wheel']['strategy']['matrix']
    assert matrix['python']==pythons
    assert [o.split('-')[0] for o in matrix['os']]==['ubuntu','macos','windows']

def test_nightly_runs_on_the_newest_python(pythons): assert load('nightly')['jobs']['newest']['strategy']['matrix']['python']==pythons[-1:]

# No workflow may do more than it must

@pytest.mark.parametrize('file', workflows, ids=name)
def test_workflows_may_read_and_no_more(file):
    flow = load(file.stem)
    assert flow['permissions']=={'contents': 'read'}
    extra = {(job,k) for job,o in flow['jobs'].items() for k,v in o.get('permissions', {}).items() if v=='write'}
    allowed = dict(nightly={('report','issues')}, release={('publish','id-token')}, docs={('deploy','pages'),('deploy','id-token')})
    assert extra==allowed.get(file.stem, set())
