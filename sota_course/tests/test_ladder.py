"The ladder as people type it: table, report and sentence, an interruption, and mistakes"
import json
import pytest
from sota_course.records import load_records
from sota_course.data.sample import sample_data
from sota_course.tests.helpers import course,refused

small = '--arch', 'small_cnn', '--size', 16, '--bs', 10, '--epochs', 1, '--device', 'cpu'
def ladder(folder, *args, variants='baseline,tta,label_smoothing', seeds=2): return course('ladder', '--path', sample_data(4, 2), '--variants', variants, '--seeds', seeds, '--results', folder, *small, *args)

@pytest.fixture(scope='module')
def climbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp('ladder')
    return folder,ladder(folder)

def test_it_ends_with_table_report_and_sentence(climbed):
    folder,done = climbed
    assert done.returncode==0 and not done.stderr, done
    assert [(r.name, r.seed) for r in load_records(folder)]==[('baseline', 0), ('tta', 0), ('label_smoothing', 0), ('baseline', 1), ('tta', 1), ('label_smoothing', 1)]
    assert str(folder/'report.html') in done.stdout and 'compared with baseline' in done.stdout.splitlines()[-1], done
    assert 'parachute' in (folder/'report.html').read_text() # the worst mistakes

def test_what_is_there_is_not_done_again(climbed, tmp_path):
    folder,_ = climbed
    before = {o.name: o.stat().st_mtime_ns for o in folder.glob('*.json')}
    refused(ladder(folder), '6 results', '--resume', str(folder))
    again = ladder(folder, '--resume')
    assert again.returncode==0 and {o.name: o.stat().st_mtime_ns for o in folder.glob('*.json')}==before, again

def test_a_report_is_made_anew(climbed, tmp_path):
    folder,_ = climbed
    (folder/'report.html').unlink()
    (folder/'half.json').write_text('{"name": "base')
    done = course('report', folder)
    assert done.returncode==0 and (folder/'report.html').exists() and 'half.json' in done.stdout, done
    refused(course('report', tmp_path), 'no records', str(tmp_path))
    refused(course('report', tmp_path/'none'), 'no folder', 'none')

@pytest.mark.parametrize('kwargs, clues', [(dict(variants='baseline,mixpu'), ["no variant 'mixpu'", 'mixup']), (dict(variants='baseline,progressive'), ['too few epochs (1)']), (dict(variants=''), ["no variant ''"]),
    (dict(variants='baseline,nowhere.toml:wide'), ['no file nowhere.toml'])], ids=str)
def test_mistakes_cost_a_sentence(tmp_path, kwargs, clues): refused(ladder(tmp_path/'new', **kwargs), *clues)

def test_a_variant_of_ones_own(tmp_path):
    mine = tmp_path/'mine.toml'
    mine.write_text('[wide]\nabout = "large crops"\nmin_scale = 0.7\n[odd]\nmin_scael = 0.7')
    done = ladder(tmp_path/'new', variants=f'baseline,label_smoothing+{mine}:wide', seeds=1)
    assert done.returncode==0 and [r.config['changes'] for r in load_records(tmp_path/'new')]==[{}, dict(label_smoothing=0.1, min_scale=0.7)], done
    refused(ladder(tmp_path/'odd', variants=f'baseline,{mine}:odd'), "no setting 'min_scael'", 'min_scale')

def test_a_model_that_was_trained_here_predicts_here(tmp_path):
    path = sample_data(4, 2)
    done = course('train', '--path', path, *small, '--save', tmp_path/'model', '--results', tmp_path)
    assert done.returncode==0 and done.stdout.rstrip().endswith(str(tmp_path/'model')), done
    predicted = course('predict', tmp_path/'model', path/'val', '--format', 'json')
    assert predicted.returncode==0 and len(json.loads(predicted.stdout))==20, predicted
