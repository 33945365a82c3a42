using GpuVSphere.Vim;

namespace GpuVSphere.Shell;

/// <summary>Where a guest is.</summary>
/// <param name="Vm">The VM as its server knows it: the way of VMware Tools.</param>
/// <param name="Name">The VM's name, for messages.</param>
/// <param name="Address">The guest's name or IP address, as VMware Tools report it: the way of SSH. Null when they report none.</param>
/// <param name="Family">What the guest runs, as VMware Tools or the VM's configuration say it; null when neither does.</param>
public sealed record GuestAddress(VimObjectId Vm, string Name, string? Address, GuestFamily? Family);
