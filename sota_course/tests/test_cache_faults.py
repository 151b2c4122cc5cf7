"Caches of images when things go wrong: killed builds, two at once, a full disk, no folder to write to, huge and odd images, files that vanish"
import os,re,signal,subprocess,sys,time
from pathlib import Path
import pytest
from PIL import Image
from sota_course.loading import cache as caches
from sota_course.core import CourseError
from sota_course.loading.dls import get_dls
from sota_course.loading.cache import CacheError,cache_images,cache_info,clear_cache
from sota_course.data.sample import sample_data
from sota_course.tests.helpers import posix
from fastai.data.transforms import get_image_files

@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv('SOTA_COURSE_CACHE', str(tmp_path/'caches'))
    return tmp_path/'caches'

builder = '''
import resource,sys,threading,time
from pathlib import Path
from sota_course.loading.cache import cache_images,CacheError
from fastai.data.transforms import get_image_files
def anonymous(): # memory that is not a mapped file, in MB
    return next(int(l.split()[1])/1024 for l in open('/proc/self/status') if l.startswith('RssAnon'))
def growth(f):
    "By how many MB anonymous memory grew at most while `f` ran, and what it returned"
    before,peak,over = anonymous(),[0],threading.Event()
    def watch():
        while not over.wait(0.001): peak[0] = max(peak[0], anonymous())
    watcher = threading.Thread(target=watch); watcher.start()
    found = f()
    over.set(); watcher.join()
    return peak[0]-before, found
def build(folder, n=None, presize=96): return cache_images(sorted(get_image_files(folder))[:n], folder, presize)
'''
def start(code, **kwargs):
    "Another Python process with `builder` and `code`"
    return subprocess.Popen([sys.executable, '-c', builder+code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **kwargs)

def finished(process):
    out,err = process.communicate(timeout=120)
    assert process.returncode==0, err
    return out.strip().splitlines()

def files(folder): return sorted(get_image_files(folder))

@posix
def test_a_killed_build_leaves_nothing_that_looks_whole(own_cache):
    folder = sample_data()
    process = start(f'build({str(folder)!r})')
    def written(): return sum(f.stat().st_size for f in own_cache.glob('.*/*/pixels.bin'))
    while written()<5e6:
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not list(own_cache.glob('[!.]*/')) and len(cache_info())==0
    cache = cache_images(files(folder), folder, 96)
    assert len(cache)==1400 and len(list(own_cache.glob('.*/')))==0

def test_of_two_processes_one_builds(own_cache):
    folder = sample_data()
    both = [start(f'print(build({str(folder)!r}).built, time.time())') for _ in range(2)]
    ends = [finished(o) for o in both]
    assert ends[0][-1].split()[0]==ends[1][-1].split()[0] # the same build
    assert len(list(own_cache.glob('*/pixels.bin')))==1
    waited = [o for o in ends if any('Another process' in l for l in o)]
    assert len(waited)<=1

@posix
def test_no_space_left(own_cache):
    folder = sample_data()
    said = finished(start(f'''
import os,signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
try: build({str(folder)!r})
except CacheError as e: print(e)
'''))
    assert len(said)==1 and all(o in said[0] for o in (str(own_cache), 'File too large', '$SOTA_COURSE_CACHE')), said
    assert not [o for o in own_cache.glob('*') if o.is_dir()]

def test_too_large_for_the_limit_or_the_disk(own_cache, monkeypatch):
    folder = sample_data(4, 2)
    with pytest.raises(CacheError, match='limit is 0 GB.*presize'): cache_images(files(folder), folder, 96, max_gb=0)
    monkeypatch.setattr('shutil.disk_usage', lambda _: type('usage', (), dict(free=1000)))
    with pytest.raises(CacheError, match='0.0 GB.*disk'): cache_images(files(folder), folder, 96)

def test_a_cache_folder_that_cannot_be_written(tmp_path, monkeypatch, capsys):
    (tmp_path/'file').touch()
    monkeypatch.setenv('SOTA_COURSE_CACHE', str(tmp_path/'file'/'caches'))
    dls = get_dls(8, 32, path=sample_data(4, 2), device='cpu')
    said = capsys.readouterr().out.splitlines()
    assert len(said)==1 and 'decoded in each epoch' in said[0] and '$SOTA_COURSE_CACHE' in said[0]
    assert sum(len(x) for x,_ in dls.valid)==20

def folder_of(tmp_path, **images):
    "A data set with these images in one class and an ordinary one in the other"
    for split in ('train', 'val'):
        for name in ('odd', 'plain'): (tmp_path/'set'/split/name).mkdir(parents=True)
        Image.effect_noise((80, 60), 60).convert('RGB').save(tmp_path/'set'/split/'plain'/'image.jpg')
        for name,image in images.items(): image.save(tmp_path/'set'/split/'odd'/name.replace('_', '.'))
    return tmp_path/'set'

@pytest.mark.skipif(not Path('/proc/self/status').exists(), reason='memory is read from /proc')
def test_an_enormous_image_among_small_ones(tmp_path):
    folder = folder_of(tmp_path, huge_jpg=Image.new('L', (20_000, 10_000), 90))
    grown,*shape = map(float, finished(start(f'''
grown,cache = growth(lambda: build({str(folder)!r}, presize=48))
print(grown, *cache.image(Path({str(folder)!r})/'train'/'odd'/'huge.jpg').shape)
'''))[0].split())
    assert shape==[3, 48, 96]
    assert grown<250 # MB; all of its pixels would be 600

def test_an_image_beyond_reason_is_named_or_left_out(tmp_path, capsys):
    folder = folder_of(tmp_path, fine_jpg=Image.new('RGB', (50, 50)), huge_png=Image.new('1', (20_000, 10_000)))
    with pytest.raises(CourseError, match=r'huge\.png cannot be read .* exceeds limit'): get_dls(2, 32, path=folder, device='cpu')
    dls = get_dls(2, 32, path=folder, device='cpu', skip_unreadable=True)
    assert 'Left out 2 of 6 images' in capsys.readouterr().out
    assert (len(dls.train_ds), len(dls.valid_ds))==(2, 2)

def test_an_unreadable_image_calls_off_the_rest(tmp_path, monkeypatch):
    "Also while a notebook keeps the exception to show it"
    bad,good,opened = tmp_path/'bad.jpg',tmp_path/'good.png',[]
    bad.write_bytes(b'\xff\xd8')
    Image.new('RGB', (8, 8)).save(good)
    copies = [tmp_path/f'{i}.png' for i in range(2000)]
    for o in copies: os.link(good, o)
    read = caches.read_presized
    monkeypatch.setattr(caches, 'read_presized', lambda file, presize: opened.append(file) or read(file, presize))
    with pytest.raises(CourseError, match='bad.jpg') as kept: cache_images([bad, *copies], tmp_path, 4, threads=2)
    time.sleep(0.5)
    assert kept.traceback and len(opened)<1000
    assert len(cache_images([bad, *copies[:10]], tmp_path, 4, skip_unreadable=True, threads=2))==10 # the threads are there for others

def test_long_and_tiny_images_are_trained_on(tmp_path):
    folder = folder_of(tmp_path, long_png=Image.new('RGB', (2000, 40)), tall_jpg=Image.new('RGB', (40, 2000)), dot_png=Image.new('RGB', (1, 1)), line_png=Image.new('RGB', (1, 50)))
    from sota_course.loading.augment import Augment
    for augment in (None, Augment(max_rotate=45, max_warp=0.5, min_zoom=0.5, max_zoom=2, max_lighting=0.5)):
        dls = get_dls(5, 64, path=folder, device='cpu', augment=augment)
        assert [tuple(x.shape) for x,_ in dls.train]==[(5, 3, 64, 64)]
        assert sum(len(x) for x,_ in dls.valid)==5 and all(x.isfinite().all() for x,_ in dls.valid)

def test_one_image(tmp_path):
    Image.new('RGB', (60, 50), 'red').save(tmp_path/'only.png')
    cache = cache_images([tmp_path/'only.png'], tmp_path, 25)
    assert len(cache)==1 and cache.image(tmp_path/'only.png').shape==(3, 25, 30)

@posix
def test_a_cache_that_is_deleted_while_it_is_open():
    folder = sample_data(4, 2)
    dls = get_dls(8, 32, path=folder, device='cpu')
    before = [x for x,_ in dls.valid]
    assert clear_cache()>0
    assert all(a.equal(b) for a,b in zip(before, [x for x,_ in dls.valid], strict=True))
    assert len(cache_info())==0
    get_dls(8, 32, path=folder, device='cpu')
    assert len(cache_info())==1

@pytest.mark.skipif(not Path('/proc/self/status').exists(), reason='memory is read from /proc')
def test_memory_does_not_grow_with_the_number_of_images():
    folder = sample_data()
    few,many = map(float, finished(start(f'''
def grown(n): return growth(lambda: build({str(folder)!r}, n))[0]
grown(200) # so that all code is loaded
print(grown(300), grown(1400))
'''))[0].split())
    assert many < few+15, (few, many) # MB; 1,100 images more are 38 MB of pixels

def test_torch_keeps_its_threads():
    "Building and loading use threads of their own, which compute with one core each; nobody else is to be limited to that"
    said = finished(start(f'''
import torch
from sota_course.loading.dls import get_dls
dls = get_dls(8, 32, path={str(sample_data(10, 4))!r}, device='cpu', num_workers=2)
for _ in dls.train: pass
found = [torch.get_num_threads()]
later = threading.Thread(target=lambda: found.append(torch.get_num_threads())); later.start(); later.join()
print(*found)
''', env=os.environ | dict(OMP_NUM_THREADS='2')))
    assert said[-1]=='2 2', said

def test_a_cache_without_some_images_is_kept_until_they_can_be_read(tmp_path, monkeypatch):
    folder,read = sample_data(2, 1),caches.read_presized
    locked = files(folder)[3]
    def refuse(file, presize):
        if Path(file)==locked: raise CourseError(f'{file} cannot be read as an image (PermissionError): remove or replace it.')
        return read(file, presize)
    monkeypatch.setattr(caches, 'read_presized', refuse)
    built = cache_images(files(folder), folder, 32, skip_unreadable=True)
    assert locked not in built
    with pytest.raises(CourseError, match=re.escape(locked.name)): cache_images(files(folder), folder, 32)
    assert cache_images(files(folder), folder, 32, skip_unreadable=True).places==built.places
    monkeypatch.setattr(caches, 'read_presized', read) # somebody has given the permission, which changes neither size nor time
    assert locked in cache_images(files(folder), folder, 32)
