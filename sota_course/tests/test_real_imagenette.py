"The real Imagenette, where somebody has put it; skipped, and said so, where nobody has"
import numpy as np
from fastai.vision.all import get_image_files
from PIL import Image
from sota_course.experiments.runs import train
from sota_course.data.folders import class_names,subset,verify
from sota_course.loading.dls import get_dls
from sota_course.normalization import channel_stats,check_normalized

def test_complete(imagenette):
    found = verify(imagenette)
    assert found.verdict=='complete'
    assert {k: sum(c.values()) for k,c in found.counts.items()}==dict(train=9469, val=3925)

def test_split_and_classes(imagenette):
    dls = get_dls(bs=16, size=64, path=imagenette)
    assert (len(dls.train_ds), len(dls.valid_ds), list(dls.vocab))==(9469, 3925, list(class_names.values()))

def test_greyscale_files_are_images_like_any_other(imagenette, tmp_path):
    "Statistics of a set that has some, against all of its pixels in one array"
    small = subset(imagenette, tmp_path/'small', per_class=30)
    files = get_image_files(small/'train')
    assert any(Image.open(f).mode=='L' for f in files)
    pixels = np.concatenate([np.asarray(Image.open(f).convert('RGB'), dtype=np.float64).reshape(-1, 3) for f in files])/255
    mean,std = channel_stats(small)
    np.testing.assert_allclose(mean, pixels.mean(0), atol=1e-5)
    np.testing.assert_allclose(std, pixels.std(0), atol=1e-5)

def test_a_short_run_learns(imagenette, tmp_path):
    small = subset(imagenette, tmp_path/'small', per_class=100, size=64)
    learn = train(name='normalized', arch='small_cnn', size=32, bs=32, epochs=6, path=small, stats=channel_stats(small), folder=tmp_path, show=False)
    assert learn.record.metrics['accuracy']>0.2 # guessing gives 0.1
    assert check_normalized(learn.dls).problems==[]

def test_validation_pixels_agree_with_fastais_loader(imagenette):
    "Within a few of 255 levels: the cache has resized once before"
    for size,tolerance in ((64, 5), (128, 3)):
        ours,theirs = (get_dls(bs=32, size=size, path=imagenette, presize=presize, device='cpu', num_workers=0).valid for presize in (True, False))
        difference = (next(iter(ours))[0]-next(iter(theirs))[0]).abs().mean()*255
        assert difference<tolerance, (size, difference)
