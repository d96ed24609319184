#pragma once
#include <libxml/xmlversion.h>
// Debian's libxml2 brings the system's ICU into its headers, whose types then meet those of
// Foundation's own ICU: wherever both are imported the compiler refuses them. Only a structure of
// encoders, which we never touch, has members from it.
#undef LIBXML_ICU_ENABLED
#include <libxml/xmlreader.h>
