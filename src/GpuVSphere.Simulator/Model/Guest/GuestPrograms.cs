using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>Everything in this assembly that takes part in guests, found by what it implements.</summary>
internal static class GuestPrograms
{
    private static readonly IReadOnlyList<object> s_parts =
        typeof(GuestPrograms).Assembly.GetTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false } && type.GetConstructor(Type.EmptyTypes) is not null && type.GetInterfaces().Any(IsPart))
            .OrderBy(type => type.FullName, StringComparer.Ordinal)
            .Select(type => Activator.CreateInstance(type)!)
            .ToList();

    private static readonly Dictionary<string, IGuestProgram> s_byName =
        All<IGuestProgram>().SelectMany(program => program.Names.Select(name => (Name: name, Program: program))).ToDictionary(pair => pair.Name, pair => pair.Program, StringComparer.Ordinal);

    public static IGuestProgram? Find(string name) => s_byName.TryGetValue(name, out IGuestProgram? found) ? found : null;

    public static IEnumerable<T> All<T>() => s_parts.OfType<T>();

    private static bool IsPart(Type type) => type == typeof(IGuestProgram) || type == typeof(IGuestFileFormat) || type == typeof(IGuestPackageSource)
        || type == typeof(IGuestPackageFormat) || type == typeof(IGuestModule) || type == typeof(IGuestBoot);
}
