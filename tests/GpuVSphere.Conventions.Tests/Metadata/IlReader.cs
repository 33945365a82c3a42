using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;

namespace GpuVSphere.Conventions.Tests.Metadata;

/// <summary>Splits the bytes of a method body into instructions.</summary>
internal static class IlReader
{
    private static readonly Dictionary<int, OpCode> s_codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => (int)(ushort)code.Value);

    public static IReadOnlyList<Instruction> Read(BlobReader il)
    {
        List<Instruction> instructions = [];
        while (il.RemainingBytes > 0)
        {
            int value = il.ReadByte();
            if (value == 0xFE)
            {
                value = (value << 8) | il.ReadByte();
            }

            OpCode code = s_codes[value];
            instructions.Add(new Instruction(code, Operand(ref il, code)));
        }

        return instructions;
    }

    private static int Operand(ref BlobReader il, OpCode code)
    {
        switch (code.OperandType)
        {
            case OperandType.InlineNone:
                return 0;
            case OperandType.InlineField:
            case OperandType.InlineMethod:
            case OperandType.InlineTok:
            case OperandType.InlineType:
            case OperandType.InlineSig:
            case OperandType.InlineString:
                return il.ReadInt32();
            case OperandType.InlineSwitch:
                int targets = il.ReadInt32();
                il.Offset += targets * sizeof(int);
                return 0;
            case OperandType.ShortInlineBrTarget:
            case OperandType.ShortInlineI:
            case OperandType.ShortInlineVar:
                il.Offset += 1;
                return 0;
            case OperandType.InlineVar:
                il.Offset += 2;
                return 0;
            case OperandType.InlineBrTarget:
            case OperandType.InlineI:
            case OperandType.ShortInlineR:
                il.Offset += 4;
                return 0;
            case OperandType.InlineI8:
            case OperandType.InlineR:
                il.Offset += 8;
                return 0;
            default:
                throw new InvalidOperationException($"Operand type {code.OperandType} of {code.Name} is not known here.");
        }
    }
}
