namespace GpuVSphere.Changes;

/// <summary>One property of one object, before and after.</summary>
/// <param name="Target">The object.</param>
/// <param name="Property">The property in the field's own words, such as <c>passthrough of 0000:3b:00.0</c> or <c>pciPassthru.64bitMMIOSizeGB</c>.</param>
/// <param name="Before">The value that was read; null for absent. A plan whose before no longer holds is refused.</param>
/// <param name="After">The value wanted; null for removed, or when it cannot be known before a barrier.</param>
/// <param name="Needs">What has to be done for it.</param>
public sealed record PlannedChange(PlanTarget Target, string Property, string? Before, string? After, ChangeNeeds Needs = ChangeNeeds.None);
