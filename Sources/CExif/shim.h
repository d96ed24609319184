#pragma once
#include <libexif/exif-data.h>
#include <libexif/exif-ifd.h>
#include <libexif/exif-tag.h>
