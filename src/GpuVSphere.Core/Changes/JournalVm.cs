using GpuVSphere.Vim;

namespace GpuVSphere.Changes;

/// <summary>A VM that a change shut down and has to start again.</summary>
/// <param name="Id">The VM.</param>
/// <param name="Name">Its name.</param>
public sealed record JournalVm(VimObjectId Id, string Name);
