/* The helper's bytes, read-only: src/driver/helper.h declares them. */
    .section .rodata.helper_blob,"a",%progbits
    .balign 16
    .globl helper_blob
    .type helper_blob,%object
helper_blob:
    .incbin BLOB_FILE
.Lend:
    .size helper_blob,.Lend-helper_blob
    .balign 8
    .globl helper_blob_size
    .type helper_blob_size,%object
helper_blob_size:
    .quad .Lend-helper_blob
    .size helper_blob_size,8
    .section .note.GNU-stack,"",%progbits
