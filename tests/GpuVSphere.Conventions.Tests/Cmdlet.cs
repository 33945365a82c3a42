using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection.Metadata;
using GpuVSphere.Conventions.Tests.Metadata;

namespace GpuVSphere.Conventions.Tests;

/// <summary>A cmdlet as the metadata of the module's assembly shows it.</summary>
/// <param name="Verb">The verb.</param>
/// <param name="Noun">The noun.</param>
/// <param name="ClassName">The class, whose name is part of every error id.</param>
/// <param name="SupportsShouldProcess">Whether it has -WhatIf and -Confirm.</param>
/// <param name="Parameters">The parameters, inherited ones included.</param>
/// <param name="Methods">The methods that the class itself declares.</param>
/// <param name="HasOutputType">Whether it says what comes out.</param>
internal sealed record Cmdlet(
    string Verb, string Noun, string ClassName, bool SupportsShouldProcess, IReadOnlyList<string> Parameters, IReadOnlyList<string> Methods, bool HasOutputType)
{
    /// <summary>Verb and noun.</summary>
    public string Name => Verb + "-" + Noun;

    /// <summary>The cmdlets of an assembly.</summary>
    public static IReadOnlyList<Cmdlet> Of(AssemblyModel model)
    {
        List<Cmdlet> cmdlets = [];
        foreach (TypeDefinition type in model.Types())
        {
            AttributeUse[] attributes = [.. model.AttributesOf(type.GetCustomAttributes())];
            if (attributes.FirstOrDefault(attribute => attribute.Type.Name == "CmdletAttribute") is { } cmdlet)
            {
                cmdlets.Add(new Cmdlet(
                    (string)cmdlet.Arguments[0]!,
                    (string)cmdlet.Arguments[1]!,
                    model.NameOf(type).Name,
                    cmdlet.Named.TryGetValue("SupportsShouldProcess", out object? supports) && supports is true,
                    ParametersOf(model, type),
                    [.. model.Methods(type).Select(model.NameOf)],
                    attributes.Any(attribute => attribute.Type.Name == "OutputTypeAttribute")));
            }
        }

        return [.. cmdlets.OrderBy(cmdlet => cmdlet.Name, StringComparer.Ordinal)];
    }

    private static List<string> ParametersOf(AssemblyModel model, TypeDefinition type)
    {
        List<string> parameters = [];
        for (TypeDefinition? current = type; current is { } level; current = BaseOf(model, level))
        {
            parameters.AddRange(level.GetProperties().Select(model.Reader.GetPropertyDefinition)
                .Where(property => model.AttributesOf(property.GetCustomAttributes()).Any(attribute => attribute.Type.Name == "ParameterAttribute"))
                .Select(property => model.Reader.GetString(property.Name)));
        }

        return parameters;
    }

    private static TypeDefinition? BaseOf(AssemblyModel model, TypeDefinition type)
    {
        EntityHandle handle = type.BaseType;
        if (handle.Kind == HandleKind.TypeSpecification)
        {
            string name = model.NamesOf(handle)[0].FullName;
            return model.Types().Where(candidate => model.NameOf(candidate).FullName == name).Select(found => (TypeDefinition?)found).FirstOrDefault();
        }

        return handle.Kind == HandleKind.TypeDefinition ? model.Reader.GetTypeDefinition((TypeDefinitionHandle)handle) : null;
    }
}
