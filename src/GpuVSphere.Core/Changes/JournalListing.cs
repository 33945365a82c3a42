using System.Collections.Generic;

namespace GpuVSphere.Changes;

/// <summary>What is in the journal.</summary>
/// <param name="Entries">The changes, the newest first.</param>
/// <param name="Problems">Files that could not be read, each as a JournalDamaged error that names the file and what is wrong with it.</param>
public sealed record JournalListing(IReadOnlyList<JournalEntry> Entries, IReadOnlyList<GpuVSphereException> Problems);
