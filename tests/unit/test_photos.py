import io

import pytest
from PIL import Image, ImageFile

from kiosk.attachments import FileRefused
from kiosk.attachments.photos import photo
from kiosk.attachments.qr import svg


def encoded(picture, format, **options):
    out = io.BytesIO()
    picture.save(out, format, **options)
    return out.getvalue()


def noise(width, height):
    return Image.effect_noise((width, height), 90).convert("RGB")


def test_a_large_photo_is_shrunk_and_kept_as_jpeg():
    made = photo(encoded(Image.radial_gradient("L").convert("RGB").resize((2400, 1200)), "JPEG"))
    assert (made.width, made.height) == (1920, 960)
    assert made.type in ("image/jpeg", "image/png")
    made = photo(encoded(Image.effect_mandelbrot((2400, 1200), (-2, -1, 1, 1), 50), "BMP"))
    assert made.width == 1920


def test_where_it_was_taken_is_removed():
    picture = Image.merge("RGB", [noise(80, 60).getchannel(0) for _ in range(3)])
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825)[1] = "N"
    data = encoded(picture, "JPEG", exif=exif)
    assert b"PhoneMaker" in data
    made = photo(data)
    assert b"PhoneMaker" not in made.data
    assert not Image.open(io.BytesIO(made.data)).getexif()


def test_a_photo_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    made = photo(encoded(noise(80, 60), "JPEG", exif=exif))
    assert (made.width, made.height) == (60, 80)


def test_a_drawing_stays_png_and_keeps_its_transparency():
    made = photo(encoded(Image.new("RGBA", (10, 10), (200, 0, 0, 90)), "PNG"))
    assert made.type == "image/png"
    assert Image.open(io.BytesIO(made.data)).mode == "RGBA"


def test_noise_of_many_colours_becomes_jpeg():
    picture = Image.merge("RGB", [Image.effect_noise((90, 90), 80) for _ in range(3)])
    assert photo(encoded(picture, "PNG")).type == "image/jpeg"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "空的"),
        (b"%PDF-1.7 not a picture", "不是照片"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 40, "打不开"),
        (b"\xff" * (20 * 1024 * 1024 + 1), "太大"),
    ],
)
def test_what_is_no_photo_is_refused_in_plain_words(data, says):
    with pytest.raises(FileRefused, match=says):
        photo(data)


@pytest.mark.parametrize("lenient", [False, True])
def test_half_a_photo_is_refused(lenient, monkeypatch):
    """Whatever another library in the process asked of Pillow."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", lenient)
    data = encoded(noise(300, 300), "JPEG")
    with pytest.raises(FileRefused, match="打不开"):
        photo(data[: len(data) // 2])


def test_a_decompression_bomb_is_refused_unopened():
    data = encoded(Image.new("1", (9000, 9000)), "PNG")
    with pytest.raises(FileRefused, match="5000 万像素"):
        photo(data)


def heic(picture, **options):
    import pillow_heif

    pillow_heif.register_heif_opener()
    return encoded(picture, "HEIF", **options)


def test_an_iphone_photo_is_taken_upright_and_without_its_place():
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    data = heic(noise(128, 64), exif=exif.tobytes())
    assert data[4:8] == b"ftyp" and b"PhoneMaker" in data
    made = photo(data)
    assert (made.width, made.height) == (64, 128)
    assert b"PhoneMaker" not in made.data
    assert not Image.open(io.BytesIO(made.data)).getexif()


def test_a_heic_of_too_many_pixels_or_cut_short_is_refused():
    data = heic(noise(256, 256))
    with pytest.raises(FileRefused, match="打不开"):
        photo(data[: len(data) // 2])
    # ispe (ISO/IEC 23008-12) tells width and height before anything is decoded.
    size = data.index(b"ispe") + 8
    with pytest.raises(FileRefused, match=r"5000 万像素|打不开"):
        photo(data[:size] + (30_000).to_bytes(4, "big") * 2 + data[size + 8 :])


def test_a_png_with_a_palette_is_turned_upright_too():
    exif = Image.Exif()
    exif[0x0112] = 6
    made = photo(encoded(noise(80, 60).quantize(16), "PNG", exif=exif))
    assert (made.width, made.height) == (60, 80)


def test_a_grey_photo_is_no_drawing():
    assert photo(encoded(Image.effect_noise((90, 90), 80), "PNG")).type == "image/jpeg"


def test_a_qr_code_is_local_svg_with_its_quiet_zone():
    made = svg("http://example.test/n/01J?a=1&b=2")
    assert made.startswith("<svg") and "a=1&amp;b=2" in made
    assert "http://www" not in made
    assert 'viewBox="0 0 ' in made
