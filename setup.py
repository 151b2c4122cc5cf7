"Reads settings.ini and hands it to setuptools; every other fact about the package stands in pyproject.toml."
from configparser import ConfigParser
from setuptools import find_packages,setup

cfg = ConfigParser()
cfg.read('settings.ini', encoding='utf-8')
cfg = cfg['DEFAULT']
def lines(key): return [l for l in cfg[key].splitlines() if l]
extras = {name: lines(f'{name}_requirements') for name in ('onnx', 'distributed', 'ray')}
url = f"https://github.com/{cfg['owner']}/{cfg['repo']}"

setup(
    install_requires=lines('requirements'),
    extras_require=extras | {'dev': sum(extras.values(), lines('dev_requirements'))},
    entry_points={'console_scripts': lines('console_scripts'), 'nbdev': ['sota_course=sota_course._modidx:d']},
    project_urls={'Source': url, 'Changelog': f"{url}/blob/{cfg['branch']}/CHANGELOG.md", 'Issues': f'{url}/issues'},
    packages=find_packages(include=['sota_course*'], exclude=['sota_course._nbdev*']) + ['sota_course.notebooks', 'sota_course.published'],
    # The course itself travels in the wheel: nbs/ becomes sota_course/notebooks/, and so do the records it shows. They stay where those
    # who work on them look for them: notebooks where nbdev and Colab find them, records beside the benchmarks that write them.
    package_dir={'sota_course.notebooks': 'nbs', 'sota_course.published': 'benchmarks/results'},
    package_data={'sota_course': ['recipes.toml'], 'sota_course.questionnaire': ['questions/*'],
        'sota_course.notebooks': ['*.ipynb', 'pictures/*.png', 'workshop/**/*.ipynb'], 'sota_course.published': ['*/*.json']},
)
