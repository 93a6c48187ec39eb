/* The kernels' text, each ending in a NUL: what cuModuleLoadData takes. helper/verify.h has them. */
    .section .rodata,"a",%progbits
    .macro text name, file
    .globl \name
    .hidden \name
    .type \name,%object
\name:
    .incbin "\file"
    .byte 0
    .size \name,.-\name
    .endm

    text ptx_mix, mix.ptx
    text ptx_pattern, pattern.ptx
    text ptx_matmul_fp32, matmul_fp32.ptx
    text ptx_matmul_fp16, matmul_fp16.ptx
    text ptx_matmul_bf16, matmul_bf16.ptx
    text ptx_matmul_tf32, matmul_tf32.ptx
    .section .note.GNU-stack,"",%progbits
