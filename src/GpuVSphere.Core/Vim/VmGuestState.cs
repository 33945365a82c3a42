namespace GpuVSphere.Vim;

/// <summary>What the server knows of a VM's guest.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="PowerState">poweredOn, poweredOff or suspended.</param>
/// <param name="IsToolsRunning">Whether VMware Tools run in it.</param>
/// <param name="IsReady">Whether VMware Tools take guest operations; null where the server does not say.</param>
/// <param name="Family">Such as <c>linuxGuest</c> or <c>windowsGuest</c>, as VMware Tools tell it; empty when they do not.</param>
/// <param name="GuestId">The system that the VM is configured for, such as <c>ubuntu64Guest</c>.</param>
/// <param name="HostName">The name that the guest gives itself; empty when it is not told.</param>
/// <param name="IpAddress">Its first address; empty when it is not told.</param>
public sealed record VmGuestState(
    ManagedObjectReference Vm, string PowerState, bool IsToolsRunning, bool? IsReady, string Family, string GuestId, string HostName, string IpAddress);
