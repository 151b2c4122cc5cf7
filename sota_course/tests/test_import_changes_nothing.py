"Importing the course changes nothing in fastai, fastcore or torch: no class has another attribute, no module another function"
import json,subprocess,sys

look = '''
import importlib,json,pkgutil,random,sys,types
import fastai.vision.all, fastai.distributed
theirs = 'fastai','fastcore','torch','torchvision'
caches = {'_abc_impl', '__abstractmethods__', '__annotations__', '__annotations_cache__', '__slotnames__', '__doc__', '__signature__'}

def is_theirs(name): return isinstance(name, str) and name.split('.')[0] in theirs
def attributes():
    "(owner, name) → value: attributes of all classes of theirs, functions and classes in all modules of theirs"
    found = {}
    for name,module in list(sys.modules.items()):
        if not is_theirs(name) or not isinstance(module, types.ModuleType): continue
        for k,v in list(vars(module).items()):
            if isinstance(v, (type, types.FunctionType)): found[name, k] = v
            if isinstance(v, type) and is_theirs(v.__module__): found |= {(f'{v.__module__}.{v.__qualname__}', a): b for a,b in list(vars(v).items()) if a not in caches}
    return found
def import_all(package='sota_course'):
    for o in pkgutil.iter_modules(importlib.import_module(package).__path__):
        if o.name in ('tests', '_nbdev', '__main__'): continue # tools of the checkout, and what starts the command line
        if o.ispkg: import_all(f'{package}.{o.name}')
        else: importlib.import_module(f'{package}.{o.name}')

before,numbers = attributes(),random.getstate()
import_all()
after,owners = attributes(),{o for o,_ in before}
changed = [k for k,v in before.items() if after.get(k) is not v]
new = [k for k in after if k not in before and k[0] in owners and not is_theirs(getattr(after[k], '__module__', None))] # they may add to one another
print(json.dumps(dict(changed=changed, new=new, n=len(before), same_numbers=numbers==random.getstate())))
'''
def test_importing_the_course_changes_nothing_of_others():
    done = subprocess.run([sys.executable, '-c', look], capture_output=True, text=True, timeout=300)
    assert done.returncode==0, done.stderr[-3000:]
    said = json.loads(done.stdout.splitlines()[-1])
    assert said.pop('n')>10_000
    assert said==dict(changed=[], new=[], same_numbers=True)
