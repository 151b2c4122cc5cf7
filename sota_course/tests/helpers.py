"What tests share: the command line as a person types it, small data sets, and files that are no images"
import contextlib,io,os,subprocess,sys
from unittest.mock import patch
import pytest
from PIL import Image
from sota_course import cli

posix = pytest.mark.skipif(sys.platform=='win32', reason='signals and limits of POSIX')

# The command line

def process(*args, **env):
    "Run `sota-course` as a person would; the finished process"
    settings = {k: str(v) for k,v in (os.environ | env).items()}
    return subprocess.run([sys.executable, '-m', 'sota_course', *map(str, args)], capture_output=True, text=True, env=settings)

def course(*args, **env):
    "The same within this process, which saves the seconds that importing torch takes each time"
    out,err = io.StringIO(),io.StringIO()
    with (patch.object(sys, 'argv', ['sota-course', *map(str, args)]), patch.dict(os.environ, {k: str(v) for k,v in env.items()}),
          contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as end): cli.main()
    code = end.value.code
    if isinstance(code, str): code,_ = 1,err.write(code+'\n')
    return subprocess.CompletedProcess(args, code or 0, out.getvalue(), err.getvalue())

def refused(done, *clues):
    "Was it one sentence on stderr with all `clues`, status 1 and no traceback?"
    assert done.returncode==1, done
    assert 'Traceback' not in done.stderr+done.stdout
    sentence = done.stderr.strip().splitlines()[-1]
    assert sentence.startswith('error: ') and sentence.endswith('.'), done.stderr
    for clue in clues: assert str(clue) in sentence, sentence

# Images

def data_set(folder, *names):
    "A data set with one image in each of the folders `names`"
    for name in names:
        (folder/name).mkdir(parents=True)
        Image.effect_noise((32, 32), 60).convert('RGB').save(folder/name/'image.jpg')
    return folder

def whole_jpeg():
    file = io.BytesIO()
    Image.effect_noise((64, 64), 60).save(file, 'JPEG')
    return file.getvalue()

broken = dict(truncated=lambda: whole_jpeg()[:700], empty=lambda: b'', text=lambda: b'not an image')

# Weights

def lite0_weights(source, file):
    "Write the 296 tensors of EfficientNet-Lite0 in `source` to `file`, under the names that timm has for them"
    import timm,torch
    from safetensors.torch import save_file
    ours,theirs = timm.create_model('tf_efficientnet_lite0').state_dict(),torch.load(source, map_location='cpu', weights_only=True)
    assert [o.shape for o in ours.values()]==[o.shape for o in theirs.values()]
    save_file({k: v.contiguous() for k,v in zip(ours, theirs.values())}, file)
    return file
