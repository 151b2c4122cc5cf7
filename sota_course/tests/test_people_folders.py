"Folders as people have them: understood, or refused by name; each case by the command a person would type"
import csv,json,os,pickle,re,shutil,sys,unicodedata
from pathlib import Path
from unittest import mock
import numpy as np
import pytest
from fastai.vision.all import get_image_files
from PIL import Image
from sota_course.core import CourseError
from sota_course.data import images
from sota_course.data.dataset import ImageData,open_data
from sota_course.data.folders import subset,verify
from sota_course.data.sample import sample_data
from sota_course.experiments.runs import train as train_in_python
from sota_course.loading.dls import get_dls
from sota_course.records import fingerprint,load_records
from sota_course.tests.helpers import course,posix,process,refused
from fastcore.test import expect_fail,test_eq

test_eq.__test__ = False
drawn = np.random.default_rng(0)

def photo(file, side=24, **kwargs):
    "A small photograph like no other"
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(drawn.integers(0, 255, (side, side, 3), dtype=np.uint8)).save(file, **kwargs)
    return file

def photos(folder, n=6, **folders):
    "A folder of photographs: `n` in each folder named"
    for place,names in folders.items():
        for name in names.split(): [photo(folder/place.replace('_', '/').strip('/')/name/f'{i}.jpg') for i in range(n)]
    return folder

def pets(folder, n=6): return photos(folder, n, _='cat dog')

def train(*args, run=course):
    return run('train', *args, '--arch', 'small_cnn', '--size', 16, '--bs', 2, '--epochs', 1, '--device', 'cpu')

def trained(*args, **kwargs):
    "The finished process, and the record of what was trained"
    done = train(*args, **kwargs)
    assert done.returncode==0, done.stderr+done.stdout
    return done, load_records(os.environ['SOTA_COURSE_RESULTS'])[-1]

# What is as it was

def test_a_data_set_with_train_and_val_is_what_it_was(tmp_path):
    folder = photos(tmp_path/'set', 3, train='cat dog empty', val='cat dog')
    for f in (folder/'train/empty').iterdir(): f.unlink()
    photo(folder/'train/cat/more/b.JPEG')
    old = {split: {d.name: sorted(get_image_files(d)) for d in sorted((folder/split).iterdir())} for split in ('train', 'val')}
    data = ImageData(folder)
    test_eq(data.files, old)
    test_eq(data.vocab, ['cat', 'dog'])
    test_eq(data.fingerprint, fingerprint([f for c in old.values() for fs in c.values() for f in fs], folder))
    test_eq(data.describe(), dict(name='set', fingerprint=data.fingerprint, train=7, valid=6))
    test_eq(data.layout.notes, [])

# Class folders without a split

def test_class_folders_are_held_out_by_content(tmp_path):
    folder = pets(tmp_path/'pets', 12)
    before = sorted(folder.rglob('*'))
    done,record = trained(folder)
    assert 'held out, about 20 % of each class' in done.stdout
    test_eq(record.data['hold_out'], dict(valid_pct=20., seed=42))
    test_eq(record.data['train']+record.data['valid'], 24)
    test_eq(sorted(folder.rglob('*')), before) # nothing is copied or moved
    test_eq(ImageData(folder).vocab, ['cat', 'dog'])
    moved = shutil.copytree(folder, tmp_path/'elsewhere/other name')
    names = lambda data: {f.relative_to(data.path) for f in data.valid}
    test_eq(names(ImageData(moved)), names(ImageData(folder)))

def test_valid_pct_and_its_refusals(tmp_path):
    folder = pets(tmp_path/'pets', 20)
    n = [trained(folder, '--valid-pct', o)[1].data['valid'] for o in (10, 50)]
    assert n[0]<n[1] and 10<=n[1]<=30, n
    refused(train(folder, '--valid-pct', 0.2), 'for a fifth, write 20')
    refused(train(photos(tmp_path/'set', 2, train='cat dog', val='cat dog'), '--valid-pct', 20), 'has a validation set, val')
    refused(train(photos(tmp_path/'two', 1, _='cat dog')), 'one image of each class')

def test_the_seed_of_the_training_does_not_move_the_hold_out(tmp_path):
    folder = pets(tmp_path/'pets')
    prints = [trained('--seed', o, folder)[1].data['fingerprint'] for o in (1, 2)]
    test_eq(len(set(prints)), 1)

def test_one_image_of_a_class_is_said(tmp_path):
    folder = pets(tmp_path/'pets')
    photo(folder/'cow/only.jpg')
    done,record = trained(folder)
    assert 'Of cow there is one image only' in done.stdout, done.stdout
    test_eq([f.parent.name for f in ImageData(folder).valid].count('cow'), 0)

# Names of splits

@pytest.mark.parametrize('names', ['Training Testing', 'training validation', 'TRAIN DEV', 'train valid', 'train test'])
def test_other_names_of_splits(tmp_path, names):
    first,second = names.split()
    folder = photos(tmp_path/'set', 2, **{first: 'cat dog', second: 'cat dog'})
    done,record = trained(folder)
    data = ImageData(folder)
    test_eq((data.vocab, len(data.train), len(data.valid), data.test), (['cat', 'dog'], 4, 4, []))
    test_eq({data.labels(f) for f in data.train+data.valid}, {'cat', 'dog'})
    aloud = 'test' in second.lower()
    test_eq((f'the images in {second}, since there is no other' in done.stdout, record.data.get('validated_on')==second), (aloud, aloud))

def test_test_is_kept_where_there_is_a_validation_set(tmp_path):
    folder = photos(tmp_path/'set', 2, train='cat dog', valid='cat dog', test='cat dog')
    test_eq([len(o) for o in (ImageData(folder).train, ImageData(folder).valid, ImageData(folder).test)], [4, 4, 4])
    small = tmp_path/'small'
    assert course('data', 'subset', folder, small).returncode==0
    test_eq(len(get_image_files(small)), 12) # none is dropped
    assert 'test: 4 images' in course('data', 'verify', folder).stdout
    shutil.copy(folder/'train/cat/1.jpg', folder/'test/cat/copy.jpg')
    assert 'are the same image, in training and in the test' in course('data', 'verify', folder).stdout
    (folder/'test/cat/copy.jpg').unlink()
    shutil.rmtree(folder/'valid')
    held = ImageData(folder, valid_pct=50)
    test_eq((len(held.train)+len(held.valid), len(held.test)), (4, 4))
    refused(course('data', 'subset', photos(tmp_path/'all', 2, train='cat', valid='cat'), tmp_path/'new', '--valid-pct', 20), 'has a validation set, valid')

@pytest.mark.parametrize('names, clue', [
    ('seg_train/cat seg_train/dog seg_test/cat seg_test/dog', 'seg_test and seg_train, which look like a split'),
    ('seg_train/seg_train/cat seg_train/seg_train/dog', 'seg_train, which looks like a split'),
    ('train1/cat train1/dog', 'train1, which looks like a split'),
    ('cat dog test', 'has test, and no folder train'),
    ('cat dog training_set', 'training_set, which looks like a split'),
    ('train val/cat val/dog bus', 'with images and no folders of classes'),
    ('train/cat train/dog Training/cat', ''),
    ('train/cat Val/cat valid/cat', 'Val and valid'),
    ('photos/cat photos/dog', 'nothing in it but photos'),
    ('val/cat val/dog', 'has val, and no folder train'),
    ('one/train/cat one/val/cat two/train/cat', 'one, which has train and val in it'),
], ids=lambda o: o[:30])
def test_names_that_look_like_splits_are_no_classes(tmp_path, names, clue):
    folder = tmp_path/'set'
    for name in names.split(): [photo(folder/name/f'{i}.jpg') for i in range(3)]
    if not clue: test_eq(len(ImageData(folder).train)+len(ImageData(folder).valid), 6) # train goes before Training
    else: refused(train(folder), folder, clue)

def test_classes_that_only_sound_like_splits(tmp_path):
    test_eq(ImageData(photos(tmp_path/'toys', 3, _='bullet-train trains device')).vocab, ['bullet-train', 'device', 'trains'])
    folder = photos(tmp_path/'set', 2, train='bus train', val='bus train') # inside a split, train is a class
    test_eq(ImageData(folder).vocab, ['bus', 'train'])

# Hidden and system folders

def test_hidden_and_system_folders_are_never_anything(tmp_path):
    folder = pets(tmp_path/'own')
    for place in ('.ipynb_checkpoints', 'cat/.ipynb_checkpoints', '__MACOSX', '__MACOSX/cat', '.git', '@eaDir'): photo(folder/place/'1.jpg')
    shutil.copy(folder/'cat/1.jpg', folder/'cat/._1.jpg')
    done,record = trained(folder, '--save', tmp_path/'model')
    test_eq((ImageData(folder).vocab, record.data['train']+record.data['valid']), (['cat', 'dog'], 12))
    test_eq(json.loads((tmp_path/'model/model.json').read_text())['vocab'], ['cat', 'dog'])
    assert 'in 2 classes' in course('data', 'verify', folder).stdout
    rows = course('predict', tmp_path/'model', folder, '--format', 'csv').stdout.strip().splitlines()
    test_eq(len(rows), 13)

def test_the_machine_decides_nothing_about_endings(tmp_path):
    folder = tmp_path/'pets'
    for name in ('cat', 'dog'):
        for ending in ('webp', 'jp2', 'JPG', 'png'): photo(folder/name/f'a.{ending}')
        photo(folder/name/'a.jfif', format='JPEG')
    with mock.patch('mimetypes.types_map', {}), mock.patch('fastai.data.transforms.image_extensions', set()):
        test_eq(len(ImageData(folder).train)+len(ImageData(folder).valid), 10)

# Twice the same

def test_the_same_image_on_both_sides_is_named(tmp_path):
    folder = photos(tmp_path/'set', 3, train='cat dog', val='cat dog')
    assert course('data', 'verify', folder).stdout.endswith('complete\n')
    shutil.copy(folder/'train/cat/1.jpg', folder/'val/cat/copy.jpg')
    shutil.copy(folder/'train/dog/1.jpg', folder/'train/cat/no dog.jpg')
    done = course('data', 'verify', folder)
    assert done.returncode==1
    assert 'train/cat/1.jpg and val/cat/copy.jpg are the same image, in training and in validation' in done.stdout, done.stdout
    assert 'train/cat/no dog.jpg and train/dog/1.jpg are the same image, in two classes' in done.stdout, done.stdout
    said,_ = trained(folder)
    assert 'Warning: 1 image is in training and in validation' in said.stdout and 'Warning: 1 image is in two classes' in said.stdout

def test_copies_stay_on_one_side(tmp_path):
    folder = pets(tmp_path/'pets', 20)
    for f in sorted(folder.rglob('*.jpg')): shutil.copy(f, f.with_name(f'copy of {f.name}'))
    data = ImageData(folder)
    inside = lambda files: {f.read_bytes() for f in files}
    test_eq(inside(data.train) & inside(data.valid), set())
    assert course('data', 'subset', folder, tmp_path/'split', '--valid-pct', 30).returncode==0
    sides = [inside((tmp_path/'split'/o).rglob('*.jpg')) for o in ('train', 'val')]
    test_eq((sides[0] & sides[1], len(sides[0])+len(sides[1])), (set(), 40))

# Odd names of files

@posix
@pytest.mark.skipif(sys.platform=='darwin', reason='names are always UTF-8 there')
def test_names_that_are_not_utf8(tmp_path):
    folder = pets(tmp_path/'pets')
    os.rename(folder/'cat/1.jpg', os.fsencode(folder/'cat')+b'/caf\xe9.jpg')
    for f in folder.rglob('*2.jpg'): os.rename(f, os.fsencode(f.parent)+b'/\xff.jpg')
    trained(folder, run=process)
    assert course('data', 'verify', folder).returncode==0
    (tmp_path/'pets/dog').rename(Path(os.fsdecode(os.fsencode(tmp_path)+b'/pets/d\xf6g')))
    refused(train(folder), 'is not UTF-8')

@pytest.mark.parametrize('ending', ['heic', 'jxl', 'nef', 'hdr', 'fits', 'xbm'])
def test_a_jpeg_with_an_odd_ending(tmp_path, ending):
    folder = tmp_path/'pets'
    for name in ('cat', 'dog'):
        for i in range(3): photo(folder/name/f'{i}.{ending}', side=40, format='JPEG')
    assert course('data', 'subset', folder, tmp_path/'small', '--size', 20).returncode==0
    made = get_image_files(tmp_path/'small')
    test_eq({''.join(f.suffixes) for f in made}, {f'.{ending}.jpg'})
    test_eq(verify(tmp_path/'small').problems, [])
    _,record = trained(folder)
    test_eq(record.data['train']+record.data['valid'], 6)

def test_what_cannot_be_read_is_said_before_the_training(tmp_path):
    folder = pets(tmp_path/'pets')
    (folder/'cat/phone.heic').write_bytes(b'\x00\x00\x00\x18ftypheic'+bytes(99))
    done = train(folder)
    refused(done, 'phone.heic')
    assert 'epoch' not in done.stdout

@posix
def test_a_link_to_its_own_parent(tmp_path):
    folder = photos(tmp_path/'set', 2, train='cat dog', val='cat dog')
    (folder/'train/cat/all').symlink_to(folder)
    for command in (['train', folder], ['data', 'verify', folder], ['data', 'subset', folder, tmp_path/'new']):
        refused(course(*command), folder/'train/cat/all', 'is a link to a folder that it lies in')

@pytest.mark.skipif(sys.platform=='darwin', reason='both are the same name there')
def test_two_spellings_of_one_class(tmp_path):
    two = [unicodedata.normalize(o, 'Café') for o in ('NFC', 'NFD')]
    refused(train(photos(tmp_path/'one', 2, _=f'{two[0]} {two[1]} dog')), 'NFC and NFD')
    refused(train(photos(tmp_path/'two', 2, train=f'{two[0]} dog', val=f'{two[1]} dog')), 'NFC and NFD')

def test_one_limit_for_large_photographs(tmp_path):
    folder = tmp_path/'pets'
    for name in ('cat', 'dog'): [photo(folder/name/f'{i}.jpg', side=64) for i in range(3)]
    commands = lambda to: [['data', 'verify', folder], ['data', 'subset', folder, tmp_path/to, '--size', 20],
        ['train', folder, '--arch', 'small_cnn', '--size', 16, '--bs', 2, '--epochs', 1]]
    with mock.patch.object(Image, 'MAX_IMAGE_PIXELS', 1000):
        for command in commands('read'): test_eq(course(*command, SOTA_COURSE_CACHE=tmp_path/'a').returncode, 0)
    with mock.patch.object(images, 'max_pixels', 1000):
        verified,*others = [course(*command, SOTA_COURSE_CACHE=tmp_path/'b') for command in commands('refused')]
        assert verified.returncode==1 and verified.stdout.count('are the limit')==6
        for done in others: refused(done, 'are the limit')

# Smaller sets

def test_a_subset_is_a_copy(tmp_path):
    folder = pets(tmp_path/'pets')
    for name,link in (('copies', []), ('links', ['--link'])):
        assert course('data', 'subset', folder, tmp_path/name, *link).returncode==0
        test_eq({f.samefile(folder/'cat'/f.name) for f in (tmp_path/name).rglob('cat/*.jpg')}, {bool(link)})

def test_classes_with_a_comma(tmp_path):
    folder = tmp_path/'pets'
    for name in ('cats, small', 'cats', 'dogs'): [photo(folder/name/f'{i}.jpg') for i in range(3)]
    for i,(classes,names) in enumerate([('cats, small,dogs', {'cats, small', 'dogs'}), ('dogs, cats', {'cats', 'dogs'})]):
        done = course('data', 'subset', folder, tmp_path/f'{i}', '--classes', classes)
        test_eq((done.returncode, {o.name for o in (tmp_path/f'{i}/train').iterdir()}), (0, names))
    refused(course('data', 'subset', folder, tmp_path/'no', '--classes', 'cats, big'), "no class 'big'")

# Nested folders

def test_nested_classes_only_when_asked_for(tmp_path):
    folder = photos(tmp_path/'zoo', 4, animals='cat dog', plants='rose tulip')
    done,_ = trained(folder)
    assert '--nested' in done.stdout
    test_eq(ImageData(folder).vocab, ['animals', 'plants'])
    done,record = trained(folder, '--nested')
    assert '--nested' not in done.stdout and record.data['nested']
    data = ImageData(folder, nested=True)
    test_eq(data.vocab, ['cat', 'dog', 'rose', 'tulip'])
    test_eq({(f.parent.name, data.labels(f)) for f in data.train}, {(o, o) for o in data.vocab})
    test_eq(ImageData(photos(tmp_path/'years', 2, **{'2021': 'cat dog', '2022': 'cat'}), nested=True).vocab, ['cat', 'dog'])
    refused(train(photos(tmp_path/'deep', 2, a_b_train='cat dog', a_b_test='cat dog'), '--nested'), 'folders called test')

# Tables

def table(file, rows, delimiter=','):
    with open(file, 'w', newline='', encoding='utf-8-sig') as f: csv.writer(f, delimiter=delimiter).writerows(rows)
    return file

@pytest.mark.parametrize('header, name, delimiter', [
    (['id', 'breed'], lambda i: f'{i:03}', ','), (['Label', 'File Name'], lambda i: f'{i:03}.jpg', ';'),
    (['image_path', 'class', 'split'], lambda i: f'all\\{i:03}.jpg', '\t'), (['path', 'target', 'is_valid'], lambda i: f'./all/{i:03}.jpg', ','),
], ids=lambda o: ' '.join(o) if isinstance(o, list) else None)
def test_tables_of_labels(tmp_path, header, name, delimiter):
    folder = tmp_path/'photos'
    for i in range(12): photo(folder/f'all/{i:03}.jpg')
    def row(i):
        cells = {'split': 'valid' if i<4 else 'train', 'is_valid': str(i<4)}
        return [cells.get(h) or (['cat', 'dog'][i%2] if h in ('breed', 'Label', 'class', 'target') else name(i)) for h in header]
    file = table(tmp_path/'labels.csv', [header, *map(row, range(11))], delimiter)
    done,record = trained(folder, '--labels', file)
    assert 'Left out: 1 image in photos of which labels.csv says nothing' in done.stdout, done.stdout
    test_eq(record.data['labels'], 'labels.csv')
    data = open_data(folder, labels=file)
    test_eq({(int(f.stem)%2, data.labels(f)) for f in data.train+data.valid}, {(0, 'cat'), (1, 'dog')})
    test_eq(('hold_out' in record.data, len(data.valid)==4), (len(header)==2, len(header)==3 or len(data.valid)==4))
    test_eq(len(data.train)+len(data.valid), 11)

def test_a_table_in_the_folder_travels(tmp_path):
    for i in range(8): photo(tmp_path/f'photos/{i}.jpg')
    table(tmp_path/'photos/labels.csv', [['file', 'label'], *([f'{i}.jpg', 'cat dog'.split()[i%2]] for i in range(8))])
    data = ImageData(tmp_path/'photos', labels='labels.csv')
    again = pickle.loads(pickle.dumps(data))
    test_eq((again.files, again.fingerprint), (data.files, data.fingerprint))
    labels = {f.name: data.labels(f) for f in data.train}
    dls = pickle.loads(pickle.dumps(get_dls(2, 16, data, device='cpu').train_ds))
    test_eq({f.name: dls.vocab[dls[i][1]] for i,f in enumerate(dls.items)}, labels)

@pytest.mark.parametrize('rows, clues', [
    ([['MEL', 'NV'], [1, 0]], ['no column of files', 'MEL, NV']),
    ([['file', 'weight'], ['0.jpg', 3]], ['no column of labels']),
    ([['file', 'label'], ['0.jpg', 'cat'], ['9.jpg', 'dog']], ['1 of 2 files', "'9.jpg'"]),
    ([['file', 'label'], ['0.jpg', 'cat'], ['0.jpg', 'dog']], ['Line 3', "'dog' of 0.jpg", "'cat'"]),
    ([['file', 'label'], ['0.jpg', '']], ['Line 2', 'no label']),
    ([['file', 'label', 'split'], ['0.jpg', 'cat', 'fold 3']], ["the split 'fold 3'"]),
    ([], ['no column of files']),
], ids=['one-hot', 'no labels', 'gone', 'two labels', 'empty', 'split', 'nothing'])
def test_tables_that_are_none(tmp_path, rows, clues):
    for i in range(3): photo(tmp_path/f'photos/{i}.jpg')
    refused(train(tmp_path/'photos', '--labels', table(tmp_path/'t.csv', rows)), *clues)

# Labels of files from elsewhere

def test_labels_of_files_from_elsewhere(tmp_path, monkeypatch):
    for data in (photos(tmp_path/'set', 3, train='cat dog', val='cat dog'), pets(tmp_path/'plain')):
        dls = get_dls(2, 16, data, device='cpu')
        other = photos(tmp_path/data.name/'..'/'other', 2, new='cat dog')
        monkeypatch.chdir(data)
        relative = [f.relative_to(data) for f in sorted(data.rglob('cat/*.jpg'))]
        for files in (relative, sorted(other.resolve().rglob('*.jpg')), [Path(os.path.relpath(f)) for f in sorted(other.rglob('*.jpg'))]):
            dl = dls.test_dl(files, with_labels=True)
            test_eq([dls.vocab[int(y)] for _,ys in dl for y in ys], [f.parent.name for f in files])

# Uneven classes

def test_uneven_classes_are_said_and_evened_out(tmp_path):
    folder = photos(tmp_path/'set', 2, train='cat dog', val='cat dog')
    for i in range(10, 18): photo(folder/f'train/cat/{i}.jpg')
    said = 'The classes are uneven, 10 training images of cat and 2 of dog'
    done,record = trained(folder)
    assert said in done.stdout
    assert 'class_weights' not in json.dumps(record.config)
    _,record = trained(folder, '--class-weights', 'balanced')
    assert record.config['class_weights']=='balanced'
    _,record = trained(folder, '--oversample')
    test_eq((record.config['oversample'], record.data['train']), (True, 12))
    for more in ('mixup', 'label_smoothing'):
        done = course('ladder', folder, '--variants', f'baseline,balanced+{more}', '--seeds', 1, '--arch', 'small_cnn', '--size', 16, '--bs', 2,
            '--epochs', 1, '--device', 'cpu', '--results', tmp_path/more)
        assert done.returncode==0 and re.search(rf'balanced\+{more}, seed 0: [\d.]+ % in', done.stdout), done.stdout
    refused(train(folder, '--class-weights', 'all'), "class_weights='all'")
    refused(train(folder, '--class-weights', 'balanced', '--oversample'), 'use one of them')
    (folder/'train/cat/17.jpg').unlink()
    assert 'uneven' not in train(folder).stdout

# The commands

def test_commands_take_the_folder_as_an_argument(tmp_path):
    folder = pets(tmp_path/'pets')
    done = course('data', folder)
    assert done.returncode==0 and 'validation images of 2 classes' in done.stdout
    assert course('data', folder, '--valid-pct', 50).returncode==0
    assert 'in 2 classes' in course('data', 'verify', folder).stdout
    done = course('ladder', folder, '--variants', 'baseline,balanced', '--seeds', 1, '--arch', 'small_cnn', '--size', 16, '--bs', 2, '--epochs', 1,
        '--device', 'cpu')
    assert done.returncode==0 and 'held out' in done.stdout, done.stderr
    for command in ('train', 'ladder', 'data'): refused(course(command, folder, '--path', folder), 'named twice')
    refused(course('data', 'verify', folder, '--path', folder), 'named twice')
    (tmp_path/'file.zip').touch()
    refused(train(tmp_path/'file.zip'), 'file.zip is a file')

def test_an_image_data_has_its_options_already(tmp_path):
    with expect_fail(CourseError, 'listed already'): open_data(ImageData(pets(tmp_path/'pets')), valid_pct=10)

def test_from_python_as_from_the_command_line(tmp_path):
    folder = pets(tmp_path/'pets')
    learn = train_in_python(None, open_data(folder, valid_pct=30), arch='small_cnn', size=16, bs=2, epochs=1, device='cpu', show=False)
    test_eq(learn.record.data['hold_out']['valid_pct'], 30)
    other = learn.dls.remake(2, 24)
    test_eq(list(other.valid_ds.items), list(learn.dls.valid_ds.items))
