"""The picture of a report at the end of chapter 12, made again: python site/report_picture.py

Chromium takes it, from the report of the grid that the chapters read; it is attached to its Markdown cell."""
import base64,io,json,shutil,tempfile
from pathlib import Path
from PIL import Image
from playwright.sync_api import sync_playwright
from sota_course.experiments.report import write_report
from sota_course.records import published_records

name,chapter = 'report.png',Path(__file__).resolve().parents[1]/'nbs'/'12_is_it_a_difference.ipynb'

def photograph(page):
    "The top of a page of ours, as PNG with few colours"
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=shutil.which('chromium'), args=['--no-sandbox'])
        tab = browser.new_page(viewport=dict(width=1120, height=800), color_scheme='light')
        tab.goto(Path(page).as_uri())
        end = tab.locator('h2', has_text='Learning curves').bounding_box()['y']
        shot = tab.screenshot(full_page=True, clip=dict(x=0, y=0, width=1120, height=end-20))
        browser.close()
    packed = io.BytesIO()
    Image.open(io.BytesIO(shot)).convert('RGB').quantize(256, Image.Quantize.FASTOCTREE).save(packed, 'PNG', optimize=True)
    return packed.getvalue()

if __name__=='__main__':
    with tempfile.TemporaryDirectory() as folder:
        picture = photograph(write_report(published_records('ladder-imagenette2-224'), Path(folder)/'report.html'))
    book = json.loads(chapter.read_text(encoding='utf-8'))
    cell = next(o for o in book['cells'] if f'(attachment:{name})' in ''.join(o['source']))
    cell['attachments'] = {name: {'image/png': base64.b64encode(picture).decode()}}
    chapter.write_text(json.dumps(book, indent=1, ensure_ascii=False, sort_keys=True)+'\n', encoding='utf-8')
    print(f'{len(picture)//1000} kB')
