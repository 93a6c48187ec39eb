/* lang: the languages that users are answered in. Every text for users stands in all of them. */
#ifndef GPUVET_KNOWLEDGE_LANG_H
#define GPUVET_KNOWLEDGE_LANG_H

enum lang {
    LANG_EN,
    LANG_ZH,
    LANG_COUNT,
};

#endif
