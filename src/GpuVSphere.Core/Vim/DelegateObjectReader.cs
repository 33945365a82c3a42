using System;
using System.Collections.Generic;

namespace GpuVSphere.Vim;

/// <summary>An object reader made of functions, for a few properties.</summary>
/// <param name="property">Takes a property.</param>
/// <param name="missing">Takes a property that may not be read, or null to pass over it.</param>
/// <param name="end">Called when the object is complete, or null.</param>
public sealed class DelegateObjectReader(Action<string, VimReader> property, Action<string, VimFaultException>? missing = null, Action? end = null) : IObjectReader
{
    /// <inheritdoc/>
    public void Property(string path, VimReader value) => property(path, value);

    /// <inheritdoc/>
    public void Missing(string path, VimFaultException fault) => missing?.Invoke(path, fault);

    /// <inheritdoc/>
    public void End() => end?.Invoke();
}
