#!/usr/bin/env python3
"""Opens every scrubbed file with the program that people would open it with.

usage: open_outputs.py ORIGINALS OUTPUTS

OUTPUTS holds scrubbed files under the relative paths of their originals. Office documents are converted by
LibreOffice and PDF pages are drawn by poppler, and the numbers of pages must be those of the original;
films and sounds are decoded by ffmpeg to their end; pictures by Pillow, and SVG by Chromium. A file that
fails here fails at whoever receives it. What the original's own program cannot open is not counted.
The last line is `opened=N failed=M unopenable=K`.
"""
import os, re, subprocess, sys, tempfile
from xml.etree import ElementTree

OFFICE = {'docx', 'docm', 'xlsx', 'xlsm', 'pptx', 'odt', 'ods', 'odp', 'odg'}
SOUND = {'mp4', 'mov', 'm4a', 'm4v', '3gp', 'mp3', 'flac', 'ogg', 'oga', 'opus', 'wav'}
PICTURE = {'jpg', 'jpeg', 'png', 'gif', 'webp', 'tif', 'tiff', 'heic', 'heif', 'avif'}
SECONDS_MAX = 180


def run(*command):
    try:
        return subprocess.run(command, capture_output=True, timeout=SECONDS_MAX)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 124, b'', b'')


def pages(path):
    """The number of pages of a PDF that can also be drawn; nothing if it cannot."""
    found = re.search(rb'Pages:\s+(\d+)', run('pdfinfo', path).stdout)
    drawn = run('pdftoppm', '-r', '20', '-png', path, tempfile.mktemp(dir=scratch))
    return int(found[1]) if found and drawn.returncode == 0 else None


def office(path):
    folder = tempfile.mkdtemp(dir=scratch)
    run('soffice', f'-env:UserInstallation=file://{scratch}/profile', '--headless', '--convert-to', 'pdf',
        '--outdir', folder, path)
    made = os.listdir(folder)
    return pages(f'{folder}/{made[0]}') if made else None


def decoded(path):
    result = run('ffmpeg', '-v', 'error', '-xerror', '-i', path, '-f', 'null', '-')
    return True if result.returncode == 0 else None


def picture(path):
    from PIL import Image
    try:
        import pillow_heif
        pillow_heif.register_heif_opener()
        if hasattr(pillow_heif, 'register_avif_opener'):
            pillow_heif.register_avif_opener()
    except ImportError:
        pass
    try:
        with Image.open(path) as image:
            image.load()
            return image.size
    except (EOFError, OSError, SyntaxError, ValueError):
        return None


def drawing(path):
    """The picture that a browser makes of a drawing; nothing of what it shows as an error or as a tree."""
    try:
        if ElementTree.parse(path).getroot().tag != '{http://www.w3.org/2000/svg}svg':
            return None
    except ElementTree.ParseError:
        return None
    target = tempfile.mktemp(suffix='.png', dir=scratch)
    run('chromium', '--headless', '--no-sandbox', '--disable-gpu', f'--user-data-dir={scratch}/chromium',
        f'--screenshot={target}', '--window-size=600,400', f'file://{path}')
    return open(target, 'rb').read() if os.path.exists(target) else None


def opener(path):
    ending = path.rsplit('.', 1)[-1].lower()
    for endings, function in ((OFFICE, office), ({'pdf'}, pages), (SOUND, decoded), (PICTURE, picture),
                              ({'svg'}, drawing)):
        if ending in endings:
            return function
    return None


def main():
    originals, outputs = map(os.path.abspath, sys.argv[1:3])
    counts = {'opened': 0, 'failed': 0, 'unopenable': 0}
    for folder, _, names in sorted(os.walk(outputs)):
        for name in sorted(names):
            path = os.path.join(folder, name)
            relative = os.path.relpath(path, outputs)
            function = opener(path)
            if function is None:
                continue
            before = function(os.path.join(originals, relative))
            after = function(path)
            if before is None:
                verdict = 'unopenable'
            else:
                verdict = 'opened' if after == before else 'failed'
            counts[verdict] += 1
            if verdict != 'opened':
                shown = before if isinstance(before, (int, tuple, bool, type(None))) else 'a picture'
                print(f'{verdict}: {relative} (original: {shown})', flush=True)
    print(' '.join(f'{key}={value}' for key, value in counts.items()))


if __name__ == '__main__':
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as scratch:
        main()
