"Grids of benchmarks/evidence.py, and the commands that chapter 14 gives to repeat what they found"
import importlib.util,os,shlex,subprocess,sys
from pathlib import Path
import pytest
from sota_course.evidence import command,findings

benchmarks = Path(__file__).parents[2]/'benchmarks'
pytestmark = pytest.mark.skipif(not (benchmarks/'evidence.py').exists(), reason='needs a checkout of the project')

@pytest.fixture(scope='module')
def grids():
    spec = importlib.util.spec_from_file_location('grids_of_evidence', benchmarks/'evidence.py')
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module # for its dataclass
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]

def test_each_grid_runs(tmp_path):
    words = '--quick epochs noise equal-time ranking views transfer-sample --only baseline head'.split()
    done = subprocess.run([sys.executable, benchmarks/'evidence.py', *words], env=os.environ | dict(SOTA_COURSE_HOME=str(tmp_path)), capture_output=True, text=True)
    first,*lines = done.stdout.strip().splitlines()
    lines = [o for o in lines if ', seed 1:' in o]
    assert first==f'{len(lines)} runs' and [o for o in lines if not o.endswith(': done')]==[], done.stdout+done.stderr

def test_runs_that_have_their_records_are_not_made_again(grids, tmp_path):
    from sota_course.records import Record
    job = grids.jobs('epochs', [1])[0]
    folder = tmp_path/'epochs-photos'
    assert not grids.known(job, folder)
    Record(job.name, {}, dict(size=32, epochs=20), 1).save(folder)
    Record(job.name, {}, dict(size=32, epochs=5), 2).save(folder)
    assert not grids.known(job, folder)
    Record(job.name, {}, dict(size=32, epochs=5), 1).save(folder)
    assert grids.known(job, folder)

def test_commands_ask_for_the_runs_of_their_finding(grids):
    "A command of evidence.py makes the baseline and the technique, with the seeds of the finding, as long and on as many images"
    tried = 0
    for o in findings():
        words = shlex.split(command(o))
        if words[1]!='benchmarks/evidence.py': continue
        _,runs = grids.arguments(words[2:])
        runs = [r for r in runs if (r.part or 1)==o.situation['part'] and r.changes['size'] in (o.situation['size'], 48)]
        assert len({r.name for r in runs})==(1 if 'views' in o.folder else 2), command(o)
        assert {r.seed for r in runs}==set(o.seeds) and f'{runs[0].folder}-' in o.folder+'-', command(o)
        assert all(r.length['epochs']==o.situation['epochs'] or r.length['seconds']==o.situation['seconds']>0 or r.name=='from scratch' for r in runs), command(o)
        tried += 1
    assert tried

def test_other_commands_name_scripts_that_are_there():
    for o in findings():
        for one in command(o).split(' && '):
            tool,*words = shlex.split(one)
            assert tool=='sota-course' or (benchmarks.parent/words[0]).exists(), one
