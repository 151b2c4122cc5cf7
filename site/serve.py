"""Serves the finished site below a sub-path, as Pages does: `make docs-serve`.

    python site/serve.py [--port 8000] [--folder _site] [--at sota_course]"""
import argparse,functools,gzip,http.server,posixpath,sys
from pathlib import Path

packed = {'.html', '.css', '.js', '.mjs', '.json', '.svg', '.xml'} # not .wasm: that takes longer here than to send it

@functools.lru_cache(256)
def compressed(path, changed): return gzip.compress(path.read_bytes(), 6)

class Handler(http.server.SimpleHTTPRequestHandler):
    "Files of one folder below /NAME/, and its 404 page for everything else"
    protocol_version = 'HTTP/1.1'
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {'.mjs': 'text/javascript', '.js': 'text/javascript', '.wasm': 'application/wasm', '.svg': 'image/svg+xml', '.webp': 'image/webp'}
    def __init__(self, *args, at='', quiet=False, **kwargs):
        self.at,self.quiet = at.strip('/'),quiet
        super().__init__(*args, **kwargs)
    def translate_path(self, path):
        path = posixpath.normpath(path.split('?')[0].split('#')[0])
        top = f'/{self.at}' if self.at else ''
        if path!=top and not path.startswith(top+'/'): return str(Path(self.directory)/'__nothing_here__')
        return super().translate_path(path[len(top):] or '/')
    def send_error(self, code, message=None, explain=None):
        page = Path(self.directory)/'404.html'
        if code!=404 or not page.exists(): return super().send_error(code, message, explain)
        body = page.read_bytes()
        self.send_response(404)
        self.send_header('Content-Type', 'text/html; charset=utf-8')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        if self.command!='HEAD': self.wfile.write(body)
    def do_GET(self):
        "Text is sent compressed, as Pages does"
        path = Path(self.translate_path(self.path))
        if path.is_dir(): path = path/'index.html'
        if path.suffix not in packed or not path.is_file() or 'gzip' not in self.headers.get('Accept-Encoding', ''): return super().do_GET()
        body = compressed(path, path.stat().st_mtime)
        self.send_response(200)
        self.send_header('Content-Type', self.guess_type(str(path)))
        self.send_header('Content-Encoding', 'gzip')
        self.send_header('Content-Length', str(len(body)))
        self.send_header('Last-Modified', self.date_time_string(int(path.stat().st_mtime)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        if not self.quiet: super().log_message(*args)

class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        "A browser that goes to another page drops what it no longer needs: nothing to tell"
        if not isinstance(sys.exception() if hasattr(sys, 'exception') else sys.exc_info()[1], ConnectionError): super().handle_error(request, client_address)

def server(folder, port=0, at='sota_course', quiet=True):
    "A server that answers at /`at`/; port 0 takes a free one"
    return Server(('127.0.0.1', port), functools.partial(Handler, directory=str(folder), at=at, quiet=quiet))

def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument('--port', type=int, default=8000)
    args.add_argument('--folder', default=str(Path(__file__).resolve().parent.parent/'_site'))
    args.add_argument('--at', default='sota_course')
    args = args.parse_args()
    with server(args.folder, args.port, args.at, quiet=False) as s:
        print(f'http://127.0.0.1:{s.server_address[1]}/{args.at.strip("/")}/  (Ctrl+C ends it)', flush=True)
        try: s.serve_forever()
        except KeyboardInterrupt: pass

if __name__=='__main__': main()
