using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using GpuVSphere.Conventions.Tests.Metadata;

namespace GpuVSphere.Conventions.Tests;

/// <summary>Rules that are read off compiled code. Each gives what breaks it, as <c>Type.Member</c>.</summary>
internal static class CodeRules
{
    // A collection that is filled once and then only looked up in is a table; who changes one outside the static constructor is found by the call.
    private static readonly string[] s_collections =
    [
        "System.Collections.Generic.Dictionary`2", "System.Collections.Generic.List`1", "System.Collections.Generic.HashSet`1",
        "System.Collections.Generic.SortedDictionary`2", "System.Collections.Generic.SortedList`2", "System.Collections.Generic.SortedSet`1",
        "System.Collections.Generic.IDictionary`2", "System.Collections.Generic.IList`1", "System.Collections.Generic.ICollection`1", "System.Collections.Generic.ISet`1",
    ];

    private static readonly string[] s_changing =
    [
        "Add", "AddRange", "Clear", "ExceptWith", "Insert", "IntersectWith", "Remove", "RemoveAll", "RemoveAt", "RemoveWhere", "Reverse", "Sort", "TryAdd", "UnionWith", "set_Item",
    ];

    private static readonly string[] s_alwaysState =
    [
        "System.Collections.Generic.Queue`1", "System.Collections.Generic.Stack`1", "System.Collections.Generic.LinkedList`1",
        "System.Collections.Concurrent.ConcurrentDictionary`2", "System.Collections.Concurrent.ConcurrentQueue`1",
        "System.Collections.Concurrent.ConcurrentBag`1", "System.Collections.Concurrent.ConcurrentStack`1",
        "System.Collections.Hashtable", "System.Text.StringBuilder", "System.Random", "System.Threading.AsyncLocal`1", "System.Threading.ThreadLocal`1",
    ];

    /// <summary>Static fields that can change, and visible static arrays.</summary>
    public static IEnumerable<string> MutableStatics(AssemblyModel model)
    {
        foreach (TypeDefinition type in model.Types().Where(type => !IsMadeByTheCompiler(model, type.GetCustomAttributes())))
        {
            foreach (FieldDefinition field in type.GetFields().Select(model.Reader.GetFieldDefinition))
            {
                if (!field.Attributes.HasFlag(FieldAttributes.Static) || field.Attributes.HasFlag(FieldAttributes.Literal))
                {
                    continue;
                }

                string name = model.Reader.GetString(field.Name);
                string full = $"{model.NameOf(type)}.{name}";
                NamedType fieldType = model.NamesOf(field)[0];
                if (!field.Attributes.HasFlag(FieldAttributes.InitOnly))
                {
                    // Lambdas and method groups without captures are cached by the compiler; nobody else sees the cache.
                    if (!(name.StartsWith('<') && !name.EndsWith(">k__BackingField", StringComparison.Ordinal)))
                    {
                        yield return $"{full} can be assigned";
                    }
                }
                else if (s_alwaysState.Contains(fieldType.FullName))
                {
                    yield return $"{full} is a {fieldType.Name}, which is there to be changed";
                }
                else if (s_collections.Append("System.Array").Contains(fieldType.FullName))
                {
                    if ((field.Attributes & FieldAttributes.FieldAccessMask) != FieldAttributes.Private)
                    {
                        yield return $"{full} is a {fieldType.Name} that others can change; make it private or give it a read-only type";
                    }
                    else if (Changer(model, type, name, fieldType) is { } changer)
                    {
                        yield return $"{full} is changed by {changer}";
                    }
                }
            }
        }
    }

    /// <summary>Visible methods that give a task and take no cancellation token.</summary>
    public static IEnumerable<string> TasksWithoutToken(AssemblyModel model)
    {
        foreach (TypeDefinition type in model.Types().Where(type => model.NameOf(type).IsVisible))
        {
            foreach (MethodDefinition method in model.Methods(type))
            {
                if ((method.Attributes & MethodAttributes.MemberAccessMask) is not (MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem)
                    || method.Attributes.HasFlag(MethodAttributes.SpecialName))
                {
                    continue;
                }

                MethodSignature<ImmutableArray<NamedType>> signature = model.SignatureOf(method);
                if (signature.ReturnType[0].FullName is "System.Threading.Tasks.Task" or "System.Threading.Tasks.Task`1"
                    && !signature.ParameterTypes.Any(parameter => parameter[0].FullName == "System.Threading.CancellationToken"))
                {
                    yield return $"{model.NameOf(type)}.{model.NameOf(method)}";
                }
            }
        }
    }

    /// <summary>Async methods that await a task as it is (and so come back to the caller's context), or say <c>ConfigureAwait(true)</c>.</summary>
    public static IEnumerable<string> AwaitsThatCaptureTheContext(AssemblyModel model)
    {
        foreach (TypeDefinition type in model.Types())
        {
            bool isAsyncBody = type.GetInterfaceImplementations().Any(handle =>
                model.NamesOf(model.Reader.GetInterfaceImplementation(handle).Interface)[0].Name == "IAsyncStateMachine");
            if (!isAsyncBody)
            {
                continue;
            }

            foreach (MethodDefinition method in model.Methods(type).Where(method => model.NameOf(method) == "MoveNext"))
            {
                IReadOnlyList<Instruction> body = model.BodyOf(method);
                for (int i = 0; i < body.Count; i++)
                {
                    if (model.MemberOf(body[i]) is not { } used || used.Type.FullName is not ("System.Threading.Tasks.Task" or "System.Threading.Tasks.Task`1"))
                    {
                        continue;
                    }

                    if (used.Name == "GetAwaiter" || (used.Name == "ConfigureAwait" && body[i - 1].Code != OpCodes.Ldc_I4_0))
                    {
                        yield return $"{model.NameOf(type)}";
                    }
                }
            }
        }
    }

    /// <summary>
    /// Visible properties that make a list of the compiler's own whenever they are read: a collection expression for a read-only list. PowerShell
    /// cannot index it. One that is kept by the object is replaced when the object is written; this one nobody can replace.
    /// </summary>
    public static IEnumerable<string> ListsThatPowerShellCannotIndex(AssemblyModel model)
    {
        foreach (TypeDefinition type in model.Types().Where(type => model.NameOf(type).IsVisible))
        {
            foreach (MethodDefinition getter in model.Methods(type).Where(method =>
                method.Attributes.HasFlag(MethodAttributes.Public) && !method.Attributes.HasFlag(MethodAttributes.Static) && model.NameOf(method).StartsWith("get_", StringComparison.Ordinal)))
            {
                if (model.BodyOf(getter).Select(model.MemberOf).OfType<MemberUse>().Any(used => used.Name == ".ctor" && used.Type.Name.StartsWith("<>z__ReadOnly", StringComparison.Ordinal)))
                {
                    yield return $"{model.NameOf(type)}.{model.NameOf(getter)["get_".Length..]}";
                }
            }
        }
    }

    /// <summary>Types and members that a method body uses although they must not be.</summary>
    public static IEnumerable<string> Uses(AssemblyModel model, Func<MemberUse, bool> isForbidden)
    {
        foreach (TypeDefinition type in model.Types())
        {
            foreach (MethodDefinition method in model.Methods(type))
            {
                foreach (MemberUse used in model.BodyOf(method).Select(model.MemberOf).OfType<MemberUse>().Where(isForbidden))
                {
                    yield return $"{model.NameOf(type)}.{model.NameOf(method)} uses {used.Type.Name}.{used.Name}";
                }
            }
        }
    }

    /// <summary>A method that uses the field and changes a collection of its type; static constructors may.</summary>
    private static string? Changer(AssemblyModel model, TypeDefinition owner, string field, NamedType fieldType)
    {
        string outer = model.NameOf(owner).FullName;
        foreach (TypeDefinition type in model.Types().Where(type => (model.NameOf(type).FullName + "+").StartsWith(outer + "+", StringComparison.Ordinal)))
        {
            foreach (MethodDefinition method in model.Methods(type).Where(method => model.NameOf(method) != ".cctor"))
            {
                MemberUse[] used = [.. model.BodyOf(method).Select(model.MemberOf).OfType<MemberUse>()];
                if (used.Any(one => one.Name == field && one.Type.FullName == outer)
                    && used.Any(one => s_changing.Contains(one.Name) && one.Type.FullName == fieldType.FullName))
                {
                    return model.NameOf(method);
                }
            }
        }

        return null;
    }

    private static bool IsMadeByTheCompiler(AssemblyModel model, CustomAttributeHandleCollection attributes) =>
        model.AttributesOf(attributes).Any(attribute => attribute.Type.Name == "CompilerGeneratedAttribute");
}
