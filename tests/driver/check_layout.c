/* Compiled where NVIDIA's headers are there: our own declarations must agree with them. */
#include "nvml_api.h"

#include <stddef.h>

#define SAME_SIZE(ours, theirs) _Static_assert(sizeof(ours) == sizeof(theirs), #ours)
#define SAME_PLACE(ours, member, theirs, name) \
    _Static_assert(offsetof(ours, member) == offsetof(theirs, name), #ours "." #member)

#if __has_include(<nvml.h>)
#include <nvml.h>
SAME_SIZE(struct nvml_pci, nvmlPciInfo_t);
SAME_PLACE(struct nvml_pci, device_id, nvmlPciInfo_t, pciDeviceId);
SAME_PLACE(struct nvml_pci, address, nvmlPciInfo_t, busId);
SAME_SIZE(struct nvml_memory, nvmlMemory_t);
SAME_PLACE(struct nvml_memory, free, nvmlMemory_t, free);
SAME_SIZE(struct nvml_process, nvmlProcessInfo_t);
SAME_PLACE(struct nvml_process, memory, nvmlProcessInfo_t, usedGpuMemory);
SAME_SIZE(struct nvml_field, nvmlFieldValue_t);
SAME_PLACE(struct nvml_field, code, nvmlFieldValue_t, nvmlReturn);
SAME_PLACE(struct nvml_field, value, nvmlFieldValue_t, value);
SAME_SIZE(struct nvml_fabric_2, nvmlGpuFabricInfo_v2_t);
SAME_PLACE(struct nvml_fabric_2, health, nvmlGpuFabricInfo_v2_t, healthMask);
SAME_SIZE(struct nvml_fabric_1, nvmlGpuFabricInfo_t);
_Static_assert(NVML_FABRIC_2 == nvmlGpuFabricInfo_v2, "version of the fabric's struct");
_Static_assert(NVML_FIELD_RECOVERY_ACTION == NVML_FI_DEV_GET_GPU_RECOVERY_ACTION, "field");
_Static_assert(NVML_NOT_SUPPORTED == NVML_ERROR_NOT_SUPPORTED, "code");
_Static_assert(NVML_INSUFFICIENT_SIZE == NVML_ERROR_INSUFFICIENT_SIZE, "code");
#endif

#if __has_include(<cuda.h>) && !defined(_LINUX_CUDA_H)
#include "cuda_api.h"
#undef CU_CALL
#include <cuda.h>
SAME_SIZE(struct cu_uuid, CUuuid);
SAME_SIZE(cu_address, CUdeviceptr);
#ifdef CUDA_VERSION
_Static_assert((int) CU_MULTIPROCESSORS == (int) CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, "16");
_Static_assert((int) CU_TIMEOUT == (int) CU_DEVICE_ATTRIBUTE_KERNEL_EXEC_TIMEOUT, "17");
_Static_assert((int) CU_INTEGRATED == (int) CU_DEVICE_ATTRIBUTE_INTEGRATED, "18");
_Static_assert((int) CU_COMPUTE_MODE == (int) CU_DEVICE_ATTRIBUTE_COMPUTE_MODE, "20");
_Static_assert((int) CU_ECC == (int) CU_DEVICE_ATTRIBUTE_ECC_ENABLED, "32");
_Static_assert((int) CU_MAJOR == (int) CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, "75");
_Static_assert((int) CU_MINOR == (int) CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, "76");
_Static_assert((int) CU_MANAGED_MEMORY == (int) CU_DEVICE_ATTRIBUTE_MANAGED_MEMORY, "83");
_Static_assert(CU_PEER_ENABLED == CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED, "code");
#endif
#endif

int main(void)
{
    return 0;
}
