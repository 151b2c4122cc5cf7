"benchmarks/gpu.py, which is for a graphics card: that all of it runs without one, and that it keeps to its time"
import json,os,re,shutil,subprocess,sys
from pathlib import Path
from types import SimpleNamespace
from zipfile import BadZipFile
import pytest
from PIL import Image
from sota_course.data.dataset import open_data
from sota_course.data.sample import sample_data
from sota_course.records import load_records,Record

checkout = Path(__file__).parents[2]
if not (checkout/'benchmarks').is_dir(): pytest.skip('needs a checkout of the project', allow_module_level=True)

@pytest.fixture
def gpu(monkeypatch):
    monkeypatch.syspath_prepend(checkout/'benchmarks')
    import gpu
    return gpu

@pytest.fixture(scope='module')
def sample(): return sample_data(4, 2)

def started(script, *options, **env):
    "The finished process of gpu.py, on a processor and with drawn images"
    return subprocess.run([sys.executable, '-W', 'ignore', script, '--quick', '2', '--device', 'cpu', *map(str, options)], capture_output=True, text=True, env=os.environ | env, timeout=600)

def test_all_of_it_runs_from_a_source_tree_that_is_not_installed(tmp_path):
    tree,results = tmp_path/'tree',tmp_path/'results'
    shutil.copytree(checkout/'sota_course', tree/'sota_course', ignore=shutil.ignore_patterns('tests', '__pycache__'))
    (tree/'benchmarks').mkdir()
    for name in ('gpu.py', 'timing.py'): shutil.copy(checkout/'benchmarks'/name, tree/'benchmarks')
    (tmp_path/'spacy.py').write_text("raise ModuleNotFoundError('there is no spacy here')")
    done = started(tree/'benchmarks'/'gpu.py', '--folder', results, PYTHONPATH=str(tmp_path))
    assert done.returncode==0 and 'skipped' not in done.stdout, done
    speeds = {o.stem.split('-')[1]: json.loads(o.read_text()) for o in (results/'speed').iterdir()}
    assert speeds.keys()=={'share', 'stock'} and all(o['ratio']>0 and o['goal'] and o['data']['train']==20 for o in speeds.values())
    folder, = (o for o in results.iterdir() if o.name!='speed')
    assert sorted(o.name for o in load_records(folder))==['book-baseline', 'book-mixup', 'book-normalized', 'book-progressive', 'book-smoothing', 'book-tta', 'leaderboard-128-5']
    assert all(o.status=='done' and o.seed==0 and o.data['name'].endswith('-packed-32') for o in load_records(folder))
    for o in results.rglob('*.json'): assert not re.search(r'["\s=:][~/]\w|[A-Z]:\\', o.read_text()), o # no place of this machine

def test_it_ends_when_its_time_is_over():
    done = started(checkout/'benchmarks'/'gpu.py', '--minutes', 0.02)
    assert done.returncode==1 and 'Timeout' in done.stderr, done

def test_what_is_unpacked_is_what_was_packed(gpu, sample, tmp_path):
    gpu.pack(sample, tmp_path/'packed', side=24, quality=30)
    folder = gpu.unpack(tmp_path/'packed', tmp_path)
    before,after = map(open_data, (sample, folder))
    assert folder.name==f'{sample.name}-packed-24' and before.vocab==after.vocab
    for split in ('train', 'valid'):
        files,unpacked = getattr(before, split),getattr(after, split)
        assert [o.relative_to(folder).as_posix() for o in unpacked]==[f'{o.relative_to(sample).as_posix()}.webp' for o in files]
        assert [*map(before.labels, files)]==[*map(after.labels, unpacked)]
        assert [o.read_bytes() for o in unpacked]==[gpu.shrunk(o, 24, 30) for o in files]
    assert min(Image.open(unpacked[0]).size)==24
    large = gpu.enlarged(folder, 40)
    assert [o.relative_to(large).with_suffix('') for o in open_data(large).train]==[o.relative_to(folder).with_suffix('') for o in after.train]
    with Image.open(open_data(large).train[0]) as image: assert min(image.size)==40 and image.format=='JPEG'

def test_a_damaged_file_is_noticed(gpu, sample, tmp_path):
    gpu.pack(sample, tmp_path/'packed', side=24)
    content = bytearray((tmp_path/'packed').read_bytes())
    content[content.index(b'WEBP')+20] ^= 255 # of the first image
    (tmp_path/'packed').write_bytes(content)
    with pytest.raises(BadZipFile): gpu.unpack(tmp_path/'packed', tmp_path)

def test_a_file_that_is_too_large_is_not_kept(gpu, sample, tmp_path):
    with pytest.raises(SystemExit, match='--side or --quality'): gpu.pack(sample, tmp_path/'packed', side=24, megabytes=0.01)
    assert not [*tmp_path.iterdir()]

class Time:
    "Instead of the module `time`: passes when it is told to"
    now = 0.
    def perf_counter(self): return self.now

@pytest.fixture
def pretended(gpu, monkeypatch, tmp_path):
    "Runs that take as many seconds as `seconds` says, of which the beginning shows half; 100 seconds are left"
    clock,seconds = Time(),dict(long=60., short=20.)
    monkeypatch.setattr(gpu, 'time', clock)
    def train(name, data, seed, title, folder, show, **changes):
        clock.now += seconds[name]
        record = Record(name, {}, {}, seed, evaluation=dict(accuracy=0.5))
        record.save(folder)
        return SimpleNamespace(record=record)
    monkeypatch.setattr('sota_course.experiments.runs.train', train)
    monkeypatch.setattr(gpu, 'forecast', lambda name, data, changes: seconds[name]/2)
    return SimpleNamespace(path=Path('set'), folder=tmp_path, data=None, seeds=2, changes={}, clock=gpu.Clock(100))

def test_what_does_not_fit_is_skipped_and_said(gpu, pretended, capsys):
    gpu.runs(['long', 'short'], pretended)
    said = [o for o in capsys.readouterr().out.splitlines() if 'about' in o]
    assert said==['long, seed 0: about 30 s, 100 s are left.', 'short, seed 0: about 10 s, 40 s are left.',
        'long, seed 1: about 60 s, 20 s are left: skipped.', 'short, seed 1: about 20 s, 20 s are left: skipped.']
    assert {(o.name, o.seed) for o in load_records(pretended.folder/'gpu-set')}=={('long', 0), ('short', 0)}

def test_what_has_its_record_is_not_done_again(gpu, pretended, capsys):
    for minutes in range(3):
        pretended.clock = gpu.Clock(100)
        gpu.runs(['short'], pretended)
    assert len(load_records(pretended.folder/'gpu-set'))==2 and capsys.readouterr().out.count('about')==2

def test_an_epoch_that_takes_too_long_is_skipped(gpu, sample, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(gpu, 'epoch', lambda learn, part=1.: 0.1) # images a second
    o = SimpleNamespace(path=sample, large=sample, folder=tmp_path, arch='small_cnn', size=16, bs=8, clock=gpu.Clock(300))
    gpu.speed('share', o)
    assert 'share, 1 epoch of both: about 1200 s' in (said := capsys.readouterr().out) and 'skipped' in said and not [*tmp_path.iterdir()]

def test_what_is_wrong_with_a_part_does_not_stop_the_others(gpu, sample, monkeypatch, capsys):
    done = []
    monkeypatch.setattr(gpu, 'parts', dict(share=lambda o: 1/0, ladder=done.append))
    o = SimpleNamespace(path=sample, parts=['share', 'ladder'])
    assert gpu.measure(o)==['share'] and done==[o] and 'ZeroDivisionError' in capsys.readouterr().err
