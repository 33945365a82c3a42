namespace GpuVSphere.Vim;

/// <summary>A privilege that an account does not have.</summary>
/// <param name="Entity">Where it is needed; empty when the server does not say.</param>
/// <param name="PrivilegeId">Such as <c>Host.Config.PciPassthru</c>.</param>
public sealed record MissingPrivilege(ManagedObjectReference Entity, string PrivilegeId);
