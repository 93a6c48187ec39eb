/*
 * cdi: what a spec of the Container Device Interface names, as YAML or JSON
 * (https://github.com/cncf-tags/container-device-interface/blob/main/SPEC.md; nvidia-ctk writes
 * YAML unless it is told otherwise).
 *
 * The members that count here ("kind", "hostPath", "path") hold plain texts wherever they stand, so
 * they are found by their names, and the rest of the two languages need not be read.
 */
#ifndef GPUVET_FORMAT_CDI_H
#define GPUVET_FORMAT_CDI_H

#include "base/str.h"

#define CDI_TEXT (4u << 20) /* bytes of a spec */

enum cdi_member { CDI_KIND, CDI_HOST_PATH, CDI_PATH };

/* Takes the next such member off *rest. False at the end. */
bool cdi_next(struct str *rest, enum cdi_member *ret_member, struct str *ret_value);

#endif
