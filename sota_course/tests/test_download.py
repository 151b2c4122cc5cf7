"Downloads against a real server on this machine: broken connections, wrong contents, full disks"
import hashlib,io,tarfile,threading
from http.server import BaseHTTPRequestHandler,ThreadingHTTPServer
from pathlib import Path
import pytest
from fastcore.test import expect_fail
from PIL import Image
from sota_course.data import download as downloads
from sota_course.core import CourseError
from sota_course.tests.helpers import course,process,refused

def archive():
    "A small Imagenette: two images in a .tgz"
    image,packed = io.BytesIO(),io.BytesIO()
    Image.effect_noise((64, 64), 60).save(image, 'JPEG')
    with tarfile.open(fileobj=packed, mode='w:gz') as tar:
        for split in ('train', 'val'):
            member = tarfile.TarInfo(f'imagenette2-160/{split}/n01440764/1.JPEG')
            member.size = len(image.getvalue())
            tar.addfile(member, io.BytesIO(image.getvalue()))
    return packed.getvalue()

class Server(BaseHTTPRequestHandler):
    "Sends `content`, but hangs up after `breaks_after` bytes where that is set"
    content,breaks_after = archive(),None
    def do_GET(self):
        self.send_response(200)
        self.send_header('Content-Length', str(len(self.content)))
        self.end_headers()
        self.wfile.write(self.content[:type(self).breaks_after])
    def log_message(self, *args): pass

@pytest.fixture
def server(tmp_path, monkeypatch):
    "A server with the archive; fastai's folders are in `tmp_path`, and its checksums know the archive"
    class Mine(Server): pass
    http = ThreadingHTTPServer(('127.0.0.1', 0), Mine)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    url = f'http://127.0.0.1:{http.server_port}/imagenette2-160.tgz'
    checks = tmp_path/'checks.py'
    checks.write_text(repr({url: (len(Mine.content), hashlib.md5(Mine.content[:2**20]).hexdigest())}))
    monkeypatch.setattr(downloads, 'checks_module', lambda module: checks)
    monkeypatch.setitem(downloads.archives, '160px', url)
    monkeypatch.setenv('FASTAI_HOME', str(tmp_path/'fastai'))
    yield Mine
    http.shutdown()

def left(tmp_path): return sorted(o.name for o in (tmp_path/'fastai').rglob('*') if o.is_file())

def test_download_and_unpack(server, tmp_path):
    folder = downloads.download('160px')
    assert folder==tmp_path/'fastai/data/imagenette2-160' and (folder/'val/n01440764/1.JPEG').exists()
    server.breaks_after = 0
    assert downloads.download('160px')==folder # what is there is not fetched again

def test_broken_connection_then_a_good_one(server, tmp_path):
    server.breaks_after = len(server.content)//2
    with expect_fail(CourseError, 'Could not download'): downloads.download('160px')
    assert left(tmp_path)==[]
    server.breaks_after = None
    assert downloads.download('160px').is_dir()

def test_wrong_contents_are_deleted(server, tmp_path):
    server.content = b'x'*len(server.content)
    with expect_fail(CourseError, 'is not the archive it should be'): downloads.download('160px')
    assert left(tmp_path)==[]

def test_archive_spoilt_on_disk_is_fetched_again(server, tmp_path):
    stored = tmp_path/'fastai/archive/imagenette2-160.tgz'
    stored.parent.mkdir(parents=True)
    stored.write_bytes(b'half an arch')
    assert downloads.download('160px').is_dir()

def test_no_server(server):
    downloads.archives['160px'] = 'http://127.0.0.1:9/imagenette2-160.tgz'
    with expect_fail(CourseError, 'check the network'): downloads.download('160px')

def test_no_network(tmp_path):
    nobody = 'http://127.0.0.1:9'
    done = process('data', 'download', '160px', FASTAI_HOME=tmp_path, https_proxy=nobody, HTTPS_PROXY=nobody)
    refused(done, 'imagenette2-160.tgz', 'check the network')
    assert not [o for o in tmp_path.rglob('*.tgz*')]

def test_unknown_size(): refused(course('data', 'download', '7px'), "'7px'", '160px, 320px, full')

def test_disk_full_while_unpacking(tiny_disk, tmp_path):
    big = tmp_path/'set.tgz'
    with tarfile.open(big, 'w:gz') as tar:
        member = tarfile.TarInfo('set/train/big.jpg')
        member.size = 3_000_000
        tar.addfile(member, io.BytesIO(bytes(3_000_000)))
    with expect_fail(CourseError, 'No space left on device'): downloads.unpack(big, tiny_disk/'set')
    assert list(tiny_disk.iterdir())==[]

def test_disk_full_while_drawing(tiny_disk):
    refused(course('data', 'sample', SOTA_COURSE_HOME=tiny_disk), 'No space left on device', tiny_disk)
    assert list(tiny_disk.iterdir())==[]
