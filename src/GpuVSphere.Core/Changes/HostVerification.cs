namespace GpuVSphere.Changes;

/// <summary>What was read back from a host.</summary>
/// <param name="State">How far the change has come.</param>
/// <param name="Text">What was seen, in words: which devices are active, or what is still missing.</param>
public sealed record HostVerification(HostChangeState State, string Text);
