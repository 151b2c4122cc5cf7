"What a newcomer types first: a training without options, and the demo"
from sota_course.data.sample import sample_data
from sota_course.records import load_records
from sota_course.tests.helpers import course

def test_without_options_a_cpu_takes_a_recipe_of_seconds(tmp_path):
    sample = sample_data(30, 5)
    done = course('train', sample, '--device', 'cpu', '--results', tmp_path/'quick')
    assert done.returncode==0 and 'Recipe sample-five-seconds' in done.stdout, done
    record, = load_records(tmp_path/'quick')
    assert record.config['arch']=='quicknet_s' and record.config['optimizer']=='muon' and record.evaluation['accuracy']>0.3
    done = course('train', sample, '--arch', 'small_cnn', '--size', 16, '--epochs', 1, '--device', 'cpu', '--results', tmp_path/'plain')
    assert done.returncode==0 and 'Recipe' not in done.stdout, done
    assert load_records(tmp_path/'plain')[0].name=='baseline'

def test_few_images_make_small_batches(tmp_path):
    done = course('train', sample_data(2, 1), '--device', 'cpu', '--results', tmp_path)
    assert done.returncode==0 and 'are few' in done.stdout, done
    assert load_records(tmp_path)[0].config['changes'].get('bs', load_records(tmp_path)[0].config['bs'])==2

def test_demo(tmp_path, monkeypatch):
    monkeypatch.delenv('SOTA_COURSE_DATA', raising=False)
    monkeypatch.setattr('sota_course.cli.experiments.find_data', lambda: (None, ''))
    options = '--seconds', 0.2, '--seeds', 2, '--results', tmp_path
    done = course('demo', *options)
    assert done.returncode==0, done
    assert '7 variants with 2 seeds: 10 of 10 networks' in done.stdout and 'compared with baseline' in done.stdout
    assert {r.config['seconds'] for r in load_records(tmp_path)}=={0.2} and (tmp_path/'report.html').exists()
    again = course('demo', *options)
    assert '0 of 10 networks' in again.stdout
