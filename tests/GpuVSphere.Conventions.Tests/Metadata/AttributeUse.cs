using System.Collections.Generic;

namespace GpuVSphere.Conventions.Tests.Metadata;

/// <summary>A custom attribute with its arguments.</summary>
/// <param name="Type">The attribute's type.</param>
/// <param name="Arguments">The arguments of its constructor.</param>
/// <param name="Named">The properties that were set.</param>
internal sealed record AttributeUse(NamedType Type, IReadOnlyList<object?> Arguments, IReadOnlyDictionary<string, object?> Named);
